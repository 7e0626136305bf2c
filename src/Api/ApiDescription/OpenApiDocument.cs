using System.Text.Json.Nodes;
using Api.Bearer;
using Api.Configuration;
using Api.Hosting;
using Api.OAuth;
using Microsoft.AspNetCore.Mvc;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.Swagger;
using Swashbuckle.AspNetCore.SwaggerGen;
using Scope = Api.OAuth.Scope;

namespace Api.ApiDescription;

/// <summary>The OpenAPI document, made from the routes by reflection.</summary>
internal static class OpenApiDocument
{
    private const string Scheme = "oauth2";

    public static void AddOpenApiDocument(this IServiceCollection services)
    {
        services.AddEndpointsApiExplorer();
        services.AddSwaggerGen();
        services.AddOptions<SwaggerGenOptions>().Configure<AuthorizationServerOptions>(Configure);
    }

    public static void UseOpenApiDocument(this WebApplication app) =>
        app.UseSwagger(options => options.RouteTemplate = "swagger/{documentName}/swagger.json");

    /// <summary>The document of an app that has not started.</summary>
    public static Task<string> GetOpenApiDocumentAsync(this WebApplication app)
    {
        // The description of the routes finds them only from here on; a start does the same.
        app.UseEndpoints(_ => { });

        return app.Services.GetRequiredService<ISwaggerProvider>().GetSwagger(SwaggerPages.DocumentName)
            .SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_0);
    }

    private static void Configure(SwaggerGenOptions swagger, AuthorizationServerOptions server)
    {
        swagger.SwaggerDoc(SwaggerPages.DocumentName, new()
        {
            Title = "Token issuer",
            Version = SwaggerPages.DocumentName,
            Description = "Press Authorize, put in a client's id and secret, and tick scopes: the token that it gets goes along with "
                + "each request that is tried out.",
        });
        swagger.AddSecurityDefinition(Scheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.OAuth2,
            Flows = new()
            {
                ClientCredentials = new()
                {
                    TokenUrl = new(new Uri(server.Issuer).AbsolutePath.TrimEnd('/') + EndpointPaths.Token, UriKind.Relative),
                    Scopes = Scope.Parse(server.Scopes)!.Value.ToDictionary(scope => scope, scope => $"Tokens with scope {scope}"),
                },
            },
        });
        swagger.SupportNonNullableReferenceTypes();
        swagger.NonNullableReferenceTypesAsRequired();
        swagger.OperationFilter<BodyFilter>();
        swagger.OperationFilter<HeaderFilter>();
        swagger.OperationFilter<GuardFilter>();
    }

    private sealed class BodyFilter : IOperationFilter
    {
        public void Apply(OpenApiOperation operation, OperationFilterContext context)
        {
            if (context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<DescribedBody>().SingleOrDefault() is { } body)
            {
                var schema = context.SchemaGenerator.GenerateSchema(body.Type, context.SchemaRepository);
                operation.RequestBody = new OpenApiRequestBody
                {
                    Required = body.IsRequired,
                    Content = body.ContentTypes.ToDictionary(type => type, _ => new OpenApiMediaType
                    {
                        Schema = schema,
                        Example = body.Example is null ? null : JsonNode.Parse(body.Example),
                    }),
                };
            }
        }
    }

    private sealed class HeaderFilter : IOperationFilter
    {
        public void Apply(OpenApiOperation operation, OperationFilterContext context)
        {
            foreach (var header in context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<DescribedHeader>())
            {
                operation.Parameters ??= [];
                operation.Parameters.Add(new OpenApiParameter
                {
                    Name = header.Name,
                    In = ParameterLocation.Header,
                    Description = header.Description,
                    Schema = context.SchemaGenerator.GenerateSchema(typeof(string), context.SchemaRepository),
                });
            }
        }
    }

    /// <summary>Shows on each guarded operation the scope that it needs, and how it is refused.</summary>
    private sealed class GuardFilter : IOperationFilter
    {
        public void Apply(OpenApiOperation operation, OperationFilterContext context)
        {
            if (ScopeRequirement.Of(context.ApiDescription.ActionDescriptor.EndpointMetadata) is not { } scope)
            {
                return;
            }

            operation.Security = [new() { [new(Scheme, context.Document)] = [scope] }];
            operation.Responses ??= [];
            operation.Responses["401"] = Refusal("No access token, or one that is not valid (invalid_token)");
            operation.Responses["403"] = Refusal($"The access token lacks the scope {scope} (insufficient_scope)");

            OpenApiResponse Refusal(string description) => new()
            {
                Description = description,
                Headers = new Dictionary<string, IOpenApiHeader>
                {
                    ["WWW-Authenticate"] = new OpenApiHeader
                    {
                        Description = "RFC 6750 §3",
                        Schema = context.SchemaGenerator.GenerateSchema(typeof(string), context.SchemaRepository),
                    },
                },
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/problem+json"] = new OpenApiMediaType
                    {
                        Schema = context.SchemaGenerator.GenerateSchema(typeof(ProblemDetails), context.SchemaRepository),
                    },
                },
            };
        }
    }
}
