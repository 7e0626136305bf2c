using System.Text;

namespace Api.Tests.Attacks;

/// <summary>
/// A token request with one fault, and the error that it gets. {id} and {secret} stand for those of the client, and {basic} for both
/// in HTTP Basic.
/// </summary>
internal sealed record TokenRequest(byte[] Body, int Status, string Error)
{
    public const string Grant = "grant_type=client_credentials";

    public const string Form = "application/x-www-form-urlencoded";

    public TokenRequest(string body, int status = 400, string error = "invalid_request")
        : this(Encoding.UTF8.GetBytes(body), status, error)
    {
    }

    public string Method { get; init; } = "POST";

    public string Query { get; init; } = "";

    public (string Name, string Value)[] Headers { get; init; } = [("Content-Type", Form), ("Authorization", "Basic {basic}")];

    public static TokenRequest Json(string body, string error = "invalid_request") =>
        new(body, error: error) { Headers = Typed("application/json") };

    public static TokenRequest Json(byte[] body) => new(body, 400, "invalid_request") { Headers = Typed("application/json") };

    public static (string Name, string Value)[] Typed(params string[] contentTypes) =>
        [.. contentTypes.Select(contentType => ("Content-Type", contentType)), ("Authorization", "Basic {basic}")];

    public static (string Name, string Value)[] Authorized(params string[] values) =>
        [("Content-Type", Form), .. values.Select(value => ("Authorization", value))];

    public static (string Name, string Value)[] With(params (string Name, string Value)[] headers) =>
        [("Content-Type", Form), ("Authorization", "Basic {basic}"), .. headers];
}
