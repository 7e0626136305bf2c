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

/// <summary>The OpenAPI document, generated from the routes by reflection.</summary>
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

    /// <summary>Returns the document of an app that has not started.</summary>
    public static Task<string> GetOpenApiDocumentAsync(this WebApplication app)
    {
        // The API explorer finds the routes only after this call. WebApplication makes it when it starts.
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
            Description = "Select Authorize and scopes. Sign in as a person (authorizationCode), or enter client_id and "
                + "client_secret of a program (clientCredentials). Swagger UI gets an access token and sends it with each request.",
        });
        swagger.AddSecurityDefinition(Scheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.OAuth2,
            Flows = new()
            {
                ClientCredentials = new()
                {
                    TokenUrl = PathOf(EndpointPaths.Token),
                    Scopes = ScopesOf([]),
                },
                AuthorizationCode = !server.SignIn ? null : new()
                {
                    AuthorizationUrl = PathOf(EndpointPaths.Authorize),
                    TokenUrl = PathOf(EndpointPaths.Token),
                    Scopes = ScopesOf(Scope.OpenIdConnect),
                },
            },
        });
        swagger.SupportNonNullableReferenceTypes();
        swagger.NonNullableReferenceTypesAsRequired();
        swagger.OperationFilter<BodyFilter>();
        swagger.OperationFilter<HeaderFilter>();
        swagger.OperationFilter<GuardFilter>();

        Uri PathOf(string path) => new(new Uri(server.Issuer).AbsolutePath.TrimEnd('/') + path, UriKind.Relative);

        Dictionary<string, string> ScopesOf(IEnumerable<string> more) => Scope.Parse(server.Scopes)!.Value.Union(more)
            .ToDictionary(scope => scope, scope => $"Tokens with scope {scope}");
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

    /// <summary>Adds the required scope and the 401 and 403 responses to each protected operation.</summary>
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
            operation.Responses["401"] = Refusal("The access token is missing or invalid (invalid_token).");
            operation.Responses["403"] = Refusal($"The access token lacks the scope {scope} (insufficient_scope).");

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
