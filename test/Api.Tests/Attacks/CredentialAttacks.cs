using static Api.Tests.Attacks.TokenRequest;

namespace Api.Tests.Attacks;

/// <summary>
/// Credentials that are almost those of the client, or in the wrong place (RFC 6749 §2.3.1).
/// </summary>
internal static class CredentialAttacks
{
    public static readonly Dictionary<string, TokenRequest> Requests = new()
    {
        ["Basic with a null character behind the id"] = Basic("{id}\0:{secret}"),
        ["Basic with a null character behind the secret"] = Basic("{id}:{secret}\0"),
        ["Basic with an escaped null character"] = Basic("{id}%00:{secret}"),
        ["Basic with a line break behind the id"] = Basic("{id}\r\n:{secret}"),
        ["Basic with a line break behind the secret"] = Basic("{id}:{secret}\r\n"),
        ["Basic with a space ahead of the id"] = Basic(" {id}:{secret}"),
        ["Basic with a plus behind the id"] = Basic("{id}+:{secret}"),
        ["Basic with two colons"] = Basic("{id}::{secret}"),
        ["Basic with more behind a colon"] = Basic("{id}:{secret}:"),
        ["Basic with a byte order mark"] = Basic("\uFEFF{id}:{secret}"),
        ["Basic with the id in capitals"] = Basic("SERVICE:{secret}"),
        ["Basic with a fullwidth id"] = Basic("\uFF53ervice:{secret}"),
        ["Basic with an overlong id"] = Basic("%C1%B3ervice:{secret}"),
        ["Basic with %u in the id"] = Basic("%u0073ervice:{secret}"),
        ["Basic with SQL"] = Basic("{id}' OR '1'='1:{secret}"),
        ["Basic with a pattern"] = Basic("%25:{secret}"),
        ["Basic with an id of 5,000 characters"] = Basic($"{new string('a', 5_000)}:{{secret}}"),
        ["Basic in the alphabet of URLs"] = Unauthorized("Basic ____"),
        ["Basic without padding"] = Unauthorized("Basic YTo"),
        ["Basic with padding too much"] = Unauthorized("Basic {basic}===="),
        ["Basic in quotes"] = Unauthorized("Basic \"{basic}\""),
        ["Basic in a list"] = Unauthorized("Basic {basic}, Basic {basic}"),
        ["Basic behind a tab"] = Unauthorized("Basic\t{basic}"),
        ["an empty Authorization header behind the good one"] = new(Grant) { Headers = Authorized("Basic {basic}", "") },
        ["credentials twice"] = new($"{Grant}&client_id={{id}}&client_secret={{secret}}"),
        ["credentials in a cookie"] = new(Grant, 401, "invalid_client")
        {
            Headers = [.. Authorized(), ("Cookie", "client_id={id}; client_secret={secret}")],
        },
        ["credentials for a proxy"] = new(Grant, 401, "invalid_client")
        {
            Headers = [.. Authorized(), ("Proxy-Authorization", "Basic {basic}")],
        },
        ["caller whom a server in front would name"] = new(Grant, 401, "invalid_client")
        {
            Headers =
            [
                .. Authorized(),
                ("X-Forwarded-User", "{id}"),
                ("X-Ssl-Client-Verify", "SUCCESS"),
                ("X-Amzn-Oidc-Identity", "{id}"),
            ],
        },
    };

    private static TokenRequest Basic(string credentials) => Unauthorized($"Basic base64({credentials})");

    private static TokenRequest Unauthorized(string authorization) =>
        new(Grant, 401, "invalid_client") { Headers = Authorized(authorization) };
}
