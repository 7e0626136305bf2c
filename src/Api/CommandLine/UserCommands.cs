using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Api.Configuration;
using Api.Routes;
using Api.Sessions;
using Api.Storage;
using Api.Users;
using Microsoft.Extensions.Options;

namespace Api.CommandLine;

/// <summary>The <c>users</c> commands. They apply the same rules as the routes below /admin/users.</summary>
internal static class UserCommands
{
    private const int PageSize = 200;

    private static readonly Argument<string> Id = new("USER") { Description = "The user name or the sub." };
    private static readonly Argument<string> NewName = new("NAME") { Description = "The user name, such as ada or ada@example.com." };
    private static readonly Argument<string> PasskeyId = new("PASSKEY_ID") { Description = "The passkey ID, see `users show`." };

    private static readonly Option<string[]> Scopes = new("--scope")
    {
        Description = "The scopes that clients may request for the user.",
        HelpName = "SCOPE",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string> Name = new("--name") { Description = "The full name.", HelpName = "TEXT" };

    private static readonly Option<string> Email = new("--email") { Description = "The e-mail address. It is not verified.", HelpName = "ADDRESS" };

    private static readonly Option<JsonObject?> Claims = AddClientCommand.Json(
        "--claims", "JSON", "A JSON object of additional claims for the user's access tokens.", Encoding.UTF8.GetBytes);

    public static Command Create() => new("users", "Manages users, their passkeys and their sessions.")
    {
        Add(),
        List(),
        Make("show", "Shows a user and the passkeys.", [Id], ShowAsync),
        Link(),
        Make("enable", "Enables a user.", [Id], (users, result, cancellation) => PatchAsync(users, result, isEnabled: true, cancellation)),
        Make(
            "disable",
            "Disables a user and ends the sessions. Existing tokens stay valid until they expire.",
            [Id],
            (users, result, cancellation) => PatchAsync(users, result, isEnabled: false, cancellation)),
        Make("remove", "Removes a user. Existing tokens stay valid until they expire.", [Id], RemoveAsync),
        Make("remove-passkey", "Removes a passkey of a user.", [Id, PasskeyId], RemovePasskeyAsync),
        SignOut(),
    };

    private static Command Add()
    {
        var command = new Command("add", "Registers a user and shows a one-time link, which lets its holder add a passkey.")
        {
            NewName, Scopes, Name, Email, Claims,
        };
        command.Do(async (services, result, cancellation) =>
        {
            RequireIssuer(services);
            await ClientCommands.OpenStoreAsync(services, create: true, cancellation);
            var added = await services.GetRequiredService<UserAdministration>().AddAsync(
                new()
                {
                    [UserMetadataReader.UserName] = result.GetRequiredValue(NewName),
                    ["scope"] = string.Join(' ', result.GetRequiredValue(Scopes)),
                    ["name"] = result.GetValue(Name),
                    ["email"] = result.GetValue(Email),
                    ["claims"] = result.GetValue(Claims),
                },
                ClientCommands.By,
                cancellation);

            return added.Problem is { } problem ? await CommandOutput.WriteRemovalAsync(result, problem) : await CommandOutput.WriteAsync(
                result,
                UserMetadata.From(added),
                UsersJson.Default.UserMetadata,
                $"The user {added.User!.UserName} was created, with the sub {added.User.Sub}.\n\n{Describe(added.Link!)}"
                + HintAt(services.GetRequiredService<AuthorizationServerOptions>().Issuer));
        });

        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Lists all users.");
        command.Do(async (services, result, cancellation) =>
        {
            var isThere = await ClientCommands.OpenStoreAsync(services, create: false, cancellation);
            var list = isThere ? await ReadAllAsync(services.GetRequiredService<UserAdministration>(), cancellation) : [];

            return await CommandOutput.WriteAsync(
                result,
                UserList.From(list, nextCursor: null),
                RoutesJson.Default.UserList,
                !isThere ? NoUsers(services) : list is [] ? "There are no users." : Table(list));
        });

        return command;
    }

    private static Command Link()
    {
        var command = new Command("link", "Creates a one-time link, which lets its holder add a passkey to a user.") { Id };
        command.Do(async (services, result, cancellation) =>
        {
            RequireIssuer(services);
            await RequireStoreAsync(services, cancellation);
            var linked = await services.GetRequiredService<UserAdministration>().AddLinkAsync(
                result.GetRequiredValue(Id), ClientCommands.By, cancellation);

            return linked.Problem is { } problem
                ? await CommandOutput.WriteRemovalAsync(result, problem)
                : await CommandOutput.WriteAsync(result, linked.Link!, UsersJson.Default.NewLink, Describe(linked.Link!));
        });

        return command;
    }

    private static Command SignOut()
    {
        var command = new Command("sign-out", "Ends all sessions of a user. Existing tokens stay valid until they expire.") { Id };
        command.Do(async (services, result, cancellation) =>
        {
            await RequireStoreAsync(services, cancellation);
            var ended = await services.GetRequiredService<SessionAdministration>().EndAllAsync(
                result.GetRequiredValue(Id), ClientCommands.By, cancellation);

            return await CommandOutput.WriteRemovalAsync(result, ended.Problem, "The sessions were ended.");
        });

        return command;
    }

    private static Command Make(
        string name, string description, Argument<string>[] arguments, Func<UserAdministration, ParseResult, CancellationToken, Task<int>> work)
    {
        var command = new Command(name, description);
        Array.ForEach(arguments, command.Add);
        command.Do(async (services, result, cancellation) =>
        {
            await RequireStoreAsync(services, cancellation);

            return await work(services.GetRequiredService<UserAdministration>(), result, cancellation);
        });

        return command;
    }

    private static async Task<int> ShowAsync(UserAdministration users, ParseResult result, CancellationToken cancellation) =>
        await WriteAsync(result, await users.FindAsync(result.GetRequiredValue(Id), cancellation));

    private static async Task<int> PatchAsync(
        UserAdministration users, ParseResult result, bool isEnabled, CancellationToken cancellation) =>
        await WriteAsync(result, await users.PatchAsync(
            result.GetRequiredValue(Id), new() { ["enabled"] = isEnabled }, versions: null, ClientCommands.By, cancellation));

    private static async Task<int> RemoveAsync(UserAdministration users, ParseResult result, CancellationToken cancellation) =>
        await CommandOutput.WriteRemovalAsync(
            result, (await users.RemoveAsync(result.GetRequiredValue(Id), versions: null, ClientCommands.By, cancellation)).Problem);

    private static async Task<int> RemovePasskeyAsync(UserAdministration users, ParseResult result, CancellationToken cancellation) =>
        await CommandOutput.WriteRemovalAsync(
            result,
            (await users.RemovePasskeyAsync(
                result.GetRequiredValue(Id), result.GetRequiredValue(PasskeyId), ClientCommands.By, cancellation)).Problem);

    private static async Task<int> WriteAsync(ParseResult result, UserResult answer)
    {
        if (answer.Problem is { } problem)
        {
            return await CommandOutput.WriteRemovalAsync(result, problem);
        }

        var user = UserMetadata.From(answer);

        return await CommandOutput.WriteAsync(
            result, user, UsersJson.Default.UserMetadata, CommandOutput.Lines(user, UsersJson.Default.UserMetadata));
    }

    private static async Task<List<StoredUser>> ReadAllAsync(UserAdministration users, CancellationToken cancellation)
    {
        var page = await users.ListAsync(after: null, PageSize, cancellation);
        List<StoredUser> all = [.. page.Users];

        while (page.Next is not null)
        {
            page = await users.ListAsync(page.Next, PageSize, cancellation);
            all.AddRange(page.Users);
        }

        return all;
    }

    private static async Task RequireStoreAsync(IServiceProvider services, CancellationToken cancellation)
    {
        if (!await ClientCommands.OpenStoreAsync(services, create: false, cancellation))
        {
            throw new StorageException(NoUsers(services));
        }
    }

    private static void RequireIssuer(IServiceProvider services)
    {
        if (services.GetRequiredService<AuthorizationServerOptions>().Issuer is Commands.NoIssuer)
        {
            throw new OptionsValidationException(
                nameof(AuthorizationServerOptions.Issuer),
                typeof(AuthorizationServerOptions),
                ["Issuer is not set. Set it to the URL of the server, which the link starts with."]);
        }
    }

    private static string Table(List<StoredUser> users) => CommandOutput.Table(
        ["SUB", "USER NAME", "NAME", "SCOPE", "ENABLED", "CREATED"],
        users.Select(stored => stored.User).OfType<User>().Select(user => new[]
        {
            user.Sub, user.UserName, user.Name ?? "", string.Join(' ', user.Scopes), user.Enabled ? "yes" : "no", $"{user.CreatedAt:yyyy-MM-dd}",
        })) + string.Concat(users.Where(stored => stored.User is null).Select(damaged =>
            $"\n{ClientCommands.Printable(damaged.Sub)} is damaged. Remove it or restore it from a backup: {damaged.Fault}"));

    private static string Describe(NewLink link) =>
        $"""
        Send this link to the person. It works once, until {link.ExpiresAt:u}, and lets its holder add a passkey:

          {link.Url}
        """;

    private static string HintAt(string issuer) => !new Uri(issuer).Host.Contains(".execute-api.", StringComparison.Ordinal) ? "" :
        "\n\nPasskeys belong to the host name of the issuer. If you deploy with a custom domain later, each user needs a new link.";

    private static string NoUsers(IServiceProvider services) =>
        $"There are no users in {services.GetRequiredService<AuthorizationServerOptions>().DataDirectory}. Create one with "
        + "`users add`. If the server uses another data directory, set DataDirectory to it.";
}
