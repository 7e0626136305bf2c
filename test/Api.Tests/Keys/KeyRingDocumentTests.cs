using System.Text;
using System.Text.Json.Nodes;
using Api.Keys;
using Api.Tests.Support;

namespace Api.Tests.Keys;

public sealed class KeyRingDocumentTests
{
    [Fact]
    public void Document_is_read_back_as_written()
    {
        var keys = KeyRingDocument.Parse(KeyRingDocument.Write([TestKeys.At(0, TestKeys.CreatedAt), TestKeys.At(1, TestKeys.CreatedAt)]));

        Assert.Equal([TestKeys.At(0, default).Kid, TestKeys.At(1, default).Kid], keys.Select(key => key.Kid));
        Assert.All(keys, key => Assert.Equal(TestKeys.CreatedAt, key.CreatedAt));
        Assert.Equal(TestKeys.First.ExportPkcs8(), keys[0].ExportPkcs8());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"version":1}""")]
    [InlineData("""{"version":1,"keys":[]}""")]
    [InlineData("""{"version":1,"keys":null}""")]
    [InlineData("""{"version":1,"keys":[null]}""")]
    [InlineData("""{"version":0,"keys":[]}""")]
    [InlineData("""{"version":1,"version":1,"keys":[]}""")]
    [InlineData("""{"version":1,"keys":[{"kid":"a","created_at":"2026-01-01T00:00:00Z","pkcs8":"AAAA"}]}""")]
    [InlineData("""{"version":1,"keys":[{"kid":"a","created_at":"2026-01-01T00:00:00Z","pkcs8":"?"}]}""")]
    public void Damaged_document_is_refused(string json) =>
        Assert.Throws<FormatException>(() => KeyRingDocument.Parse(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Newer_document_is_refused_by_its_version()
    {
        var refusal = Refusal(document =>
        {
            document["version"] = 2;
            document["something"] = "new";
        });

        Assert.Equal("it has version 2, but this program supports only version 1", refusal);
    }

    [Fact]
    public void Unknown_member_is_refused() =>
        Assert.Contains("not a key ring document", Refusal(document => document["something"] = "new"), StringComparison.Ordinal);

    [Fact]
    public void Kid_that_is_not_the_thumbprint_is_refused() =>
        Assert.Equal("key 1 of 1 does not match its kid", Refusal(document => document["keys"]![0]!["kid"] = "other"));

    [Fact]
    public void Same_key_twice_is_refused() =>
        Assert.Equal("it contains the same kid twice", Refusal(document => document["keys"]!.AsArray().Add(document["keys"]![0]!.DeepClone())));

    [Fact]
    public void Eleven_keys_are_refused() =>
        Assert.Equal("it does not contain 1 to 10 keys", Refusal(document =>
        {
            for (var count = 1; count < 11; count++)
            {
                document["keys"]!.AsArray().Add(document["keys"]![0]!.DeepClone());
            }
        }));

    [Fact]
    public void Document_over_the_size_of_a_secret_is_refused() =>
        Assert.Throws<FormatException>(() => KeyRingDocument.Parse(new byte[65_537]));

    private static string Refusal(Action<JsonObject> change)
    {
        var document = JsonNode.Parse(KeyRingDocument.Write([TestKeys.First]))!.AsObject();
        change(document);

        return Assert.Throws<FormatException>(() => KeyRingDocument.Parse(Encoding.UTF8.GetBytes(document.ToJsonString()))).Message;
    }
}
