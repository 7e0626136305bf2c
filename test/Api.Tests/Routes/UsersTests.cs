using System.Net;
using Api.Storage;
using Api.Tests.Support;
using Api.Tests.Users;
using Api.Users;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.Routes;

/// <summary>Users that an administrator registers, changes and removes.</summary>
public sealed class UsersTests : AdminUsersRoutes
{
    [Fact]
    public async Task Registered_user_gets_a_link_that_works_once_for_a_day()
    {
        var (response, user) = await SendAsync(HttpMethod.Post, "", Ada);

        var sub = user.GetProperty("sub").GetString()!;
        var link = user.GetProperty("enrollment_link").GetString()!;
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal($"/admin/users/{sub}", response.Headers.Location?.OriginalString);
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.True(User.IsSub(sub));
        Assert.Equal(
            [
                "sub", "preferred_username", "name", "email", "scope", "claims", "enabled", "passkeys", "created_at", "updated_at", "version",
                "enrollment_link", "enrollment_link_expires_at",
            ],
            user.EnumerateObject().Select(member => member.Name));
        Assert.StartsWith($"{ApiFactory.Issuer}/enroll/", link, StringComparison.Ordinal);
        Assert.Equal(Api.Time.Now.AddDays(1), user.GetProperty("enrollment_link_expires_at").GetDateTimeOffset());
        var links = Api.Services.GetRequiredService<EnrollmentLinks>();
        Assert.Equal(sub, (await links.ConsumeAsync(link.Split('/')[^1], default))?.Sub);
        Assert.Null(await links.ConsumeAsync(link.Split('/')[^1], default));

        var (shown, again) = await SendAsync(HttpMethod.Get, $"/{sub}");
        Assert.Equal($"\"{again.GetProperty("version").GetString()}\"", shown.Headers.ETag?.Tag);
        Assert.False(again.TryGetProperty("enrollment_link", out _));
        Assert.Equal(sub, (await SendAsync(HttpMethod.Get, "/ADA")).Body.GetProperty("sub").GetString());
    }

    [Fact]
    public async Task User_name_is_unique_in_any_case()
    {
        await RegisterAsync();
        await RegisterAsync("""{"preferred_username":"other","scope":""}""");

        var (registered, problem) = await SendAsync(HttpMethod.Post, "", """{"preferred_username":"ADA","scope":"USER"}""");
        var (renamed, _) = await SendAsync(HttpMethod.Patch, "/other", """{"preferred_username":"Ada"}""");
        var (recased, _) = await SendAsync(HttpMethod.Patch, "/ada", """{"preferred_username":"Ada"}""");

        Assert.Equal(
            [HttpStatusCode.Conflict, HttpStatusCode.Conflict, HttpStatusCode.OK],
            [registered.StatusCode, renamed.StatusCode, recased.StatusCode]);
        Assert.Equal(
            "preferred_username is taken, in this or another letter case.", problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Change_applies_to_the_version_that_was_read()
    {
        var user = await RegisterAsync();
        var path = $"/{user.GetProperty("sub").GetString()}";
        var version = $"\"{user.GetProperty("version").GetString()}\"";

        var (changed, after) = await SendAsync(
            HttpMethod.Patch, path, """{"name":null,"claims":{"team":7},"scope":"USER ADMIN"}""", "application/merge-patch+json", version);
        var (outdated, problem) = await SendAsync(HttpMethod.Patch, path, """{"name":"x"}""", ifMatch: version);
        var (weak, _) = await SendAsync(HttpMethod.Delete, path, ifMatch: $"W/{changed.Headers.ETag}");
        var (removed, _) = await SendAsync(HttpMethod.Delete, path, ifMatch: changed.Headers.ETag!.Tag);

        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.False(after.TryGetProperty("name", out _));
        Assert.Equal(("ada@example.com", "USER ADMIN"), (after.GetProperty("email").GetString(), after.GetProperty("scope").GetString()));
        Assert.Equal(
            [HttpStatusCode.PreconditionFailed, HttpStatusCode.PreconditionFailed, HttpStatusCode.NoContent],
            [outdated.StatusCode, weak.StatusCode, removed.StatusCode]);
        Assert.StartsWith("version has changed", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Get, path)).Response.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Delete, path)).Response.StatusCode);
    }

    [Fact]
    public async Task Lost_passkey_is_replaced_through_a_new_link()
    {
        var sub = (await RegisterAsync()).GetProperty("sub").GetString()!;
        await Users.AddPasskeyAsync(sub, UserStoreContract.PasskeyOf(1), default);
        await Users.AddPasskeyAsync(sub, UserStoreContract.PasskeyOf(2), default);
        var (_, user) = await SendAsync(HttpMethod.Get, "/ada");
        var passkeys = user.GetProperty("passkeys").EnumerateArray().ToArray();

        var path = $"/ada/passkeys/{passkeys[0].GetProperty("id").GetString()}";
        var (removed, _) = await SendAsync(HttpMethod.Delete, path);
        var (again, _) = await SendAsync(HttpMethod.Delete, path);
        var (linked, link) = await SendAsync(HttpMethod.Post, "/ada/links");

        Assert.Equal(2, passkeys.Length);
        Assert.Equal(["id", "name", "created_at"], passkeys[0].EnumerateObject().Select(member => member.Name));
        Assert.Equal(
            [HttpStatusCode.NoContent, HttpStatusCode.NotFound, HttpStatusCode.Created],
            [removed.StatusCode, again.StatusCode, linked.StatusCode]);
        Assert.Equal(passkeys[1].GetProperty("id").GetString(), Assert.Single(await Users.ListPasskeysAsync(sub, default)).Id);
        Assert.Equal(sub, link.GetProperty("sub").GetString());
        var found = await Api.Services.GetRequiredService<EnrollmentLinks>().FindAsync(
            link.GetProperty("enrollment_link").GetString()!.Split('/')[^1], default);
        Assert.Equal(sub, found?.Sub);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Post, "/nobody/links")).Response.StatusCode);
    }

    [Fact]
    public async Task Disabled_user_gets_no_link()
    {
        var user = await RegisterAsync("""{"preferred_username":"ada","scope":"USER","enabled":false}""");

        var (refused, problem) = await SendAsync(HttpMethod.Post, "/ada/links");

        Assert.False(user.TryGetProperty("enrollment_link", out _));
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.StartsWith("enabled is false", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_is_paged_in_the_order_of_the_subs()
    {
        var subs = new List<string>();

        for (var number = 0; number < 5; number++)
        {
            subs.Add((await RegisterAsync($$"""{"preferred_username":"user{{number}}","scope":"USER"}""")).GetProperty("sub").GetString()!);
        }

        var seen = new List<string>();

        for (var query = "?limit=2"; query is not null;)
        {
            var (_, page) = await SendAsync(HttpMethod.Get, query);
            var users = page.GetProperty("users").EnumerateArray().ToArray();
            Assert.True(users.Length <= 2);
            Assert.All(users, user => Assert.False(user.TryGetProperty("passkeys", out _)));
            seen.AddRange(users.Select(user => user.GetProperty("sub").GetString()!));
            query = page.TryGetProperty("next_cursor", out var next) ? $"?limit=2&cursor={next.GetString()}" : null;
        }

        Assert.Equal(subs.Order(StringComparer.Ordinal), seen);
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(HttpMethod.Get, "?limit=201")).Response.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(HttpMethod.Get, "?cursor=!")).Response.StatusCode);
    }

    [Fact]
    public async Task Damaged_user_is_listed_as_such_and_removed_and_hurts_no_other()
    {
        var sub = (await RegisterAsync()).GetProperty("sub").GetString()!;
        await RegisterAsync("""{"preferred_username":"other","scope":"USER"}""");
        var documents = Api.Services.GetRequiredService<IDocumentStore>();
        var before = (await documents.GetAsync(new(UserStore.PartitionOf(sub), "user"), default))!;
        await documents.WriteAsync([new DocumentWrite.Replace(before with { Json = "{", Version = "2" }, before.Version)], default);
        await documents.WriteAsync([new DocumentWrite.Add(new(new("user#a b", "user"), "{}") { List = "user" })], default);

        var (_, list) = await SendAsync(HttpMethod.Get, "");
        var (shown, problem) = await SendAsync(HttpMethod.Get, "/ada");
        var (patched, _) = await SendAsync(HttpMethod.Patch, $"/{sub}", "{}");
        var (removed, _) = await SendAsync(HttpMethod.Delete, $"/{sub}");
        var (odd, _) = await SendAsync(HttpMethod.Delete, "/a%20b");
        var (again, _) = await SendAsync(HttpMethod.Delete, "/a%20b");

        Assert.Equal("other", Assert.Single(list.GetProperty("users").EnumerateArray()).GetProperty("preferred_username").GetString());
        Assert.Equal(["a b", sub], list.GetProperty("damaged").EnumerateArray().Select(user => user.GetProperty("sub").GetString()));
        Assert.StartsWith($"sub {sub} is the ID of a damaged user", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            [HttpStatusCode.Conflict, HttpStatusCode.Conflict, HttpStatusCode.NoContent, HttpStatusCode.NoContent, HttpStatusCode.NotFound],
            [shown.StatusCode, patched.StatusCode, removed.StatusCode, odd.StatusCode, again.StatusCode]);
        Assert.False((await SendAsync(HttpMethod.Get, "")).Body.TryGetProperty("damaged", out _));
        await RegisterAsync();
    }

    [Fact]
    public async Task Each_change_is_in_the_log_without_name_address_or_link()
    {
        var user = await RegisterAsync();
        await SendAsync(HttpMethod.Patch, "/ada", """{"scope":"USER ADMIN"}""");
        await SendAsync(HttpMethod.Delete, "/ada");

        var sub = user.GetProperty("sub").GetString()!;
        var lines = Api.Logs.Lines.Where(line => line.Contains($"user '{sub}'", StringComparison.Ordinal)).ToArray();
        Assert.Equal(8, lines.Length);
        Assert.Equal(4, lines.Count(line => line.Contains("is about to change the user", StringComparison.Ordinal)));

        foreach (var what in (string[])["Registration", "New link", "Change", "Removal"])
        {
            Assert.Single(lines, line => line.StartsWith($"Information: {what} of the user '{sub}' by '", StringComparison.Ordinal));
        }

        Assert.All(lines, line =>
        {
            Assert.DoesNotContain("Lovelace", line, StringComparison.Ordinal);
            Assert.DoesNotContain("ada@", line, StringComparison.Ordinal);
            Assert.DoesNotContain(user.GetProperty("enrollment_link").GetString()!.Split('/')[^1], line, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("POST", "")]
    [InlineData("GET", "/ada")]
    [InlineData("PATCH", "/ada")]
    [InlineData("DELETE", "/ada")]
    [InlineData("POST", "/ada/links")]
    [InlineData("DELETE", "/ada/passkeys/1")]
    [InlineData("GET", "/ada/sessions")]
    [InlineData("DELETE", "/ada/sessions")]
    [InlineData("DELETE", "/ada/sessions/1")]
    public async Task Only_an_administrator_calls_these_routes(string method, string path)
    {
        using var anonymous = await Api.SendAsync(new(method), $"/admin/users{path}");
        Token = await Api.GetTokenAsync("USER");
        var (user, _) = await SendAsync(new(method), path);

        Assert.Equal([HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden], [anonymous.StatusCode, user.StatusCode]);
    }

    [Fact]
    public async Task Without_sign_in_there_are_no_users()
    {
        using var api = new ApiFactory().Set("SignIn", "false");
        var token = await api.GetTokenAsync("ADMIN");

        using var users = await api.GetAsync("/admin/users", token);
        using var clients = await api.GetAsync("/admin/clients", token);

        Assert.Equal([HttpStatusCode.NotFound, HttpStatusCode.OK], [users.StatusCode, clients.StatusCode]);
    }
}
