using System.Net;
using Api.Tests.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.Bearer;

/// <summary>A route that somebody has added without a guard.</summary>
public sealed class UnguardedRouteTests : IDisposable
{
    private readonly ApiFactory _api = new();

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task Is_denied_whatever_the_token_may()
    {
        Add([]);
        var token = await _api.GetTokenAsync("USER ADMIN");

        using var without = await _api.GetAsync("/forgotten");
        using var with = await _api.GetAsync("/forgotten", token);

        Assert.Equal([HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden], [without.StatusCode, with.StatusCode]);
        Assert.Equal("Bearer realm=\"api\", error=\"insufficient_scope\"", with.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task Is_open_where_it_says_so()
    {
        Add([new AllowAnonymousAttribute()]);

        using var response = await _api.GetAsync("/forgotten");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("GET", "/nowhere", HttpStatusCode.NotFound)]
    [InlineData("POST", "/user/me", HttpStatusCode.MethodNotAllowed)]
    public async Task Is_not_what_does_not_exist(string method, string path, HttpStatusCode status)
    {
        var token = await _api.GetTokenAsync("USER");

        using var response = await _api.SendAsync(new(method), path, null, ("Authorization", $"Bearer {token}"));

        Assert.Equal(status, response.StatusCode);
    }

    private void Add(object[] metadata)
    {
        var endpoint = new RouteEndpoint(
            http => http.Response.WriteAsync("open"), RoutePatternFactory.Parse("/forgotten"), 0, new(metadata), "forgotten");
        _api.Replace = services => services.AddSingleton<IStartupFilter>(new Route(endpoint));
    }

    private sealed class Route(RouteEndpoint endpoint) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((http, rest) =>
            {
                if (http.Request.Path == "/forgotten")
                {
                    http.SetEndpoint(endpoint);
                }

                return rest(http);
            });
            next(app);
        };
    }
}
