using System.Collections.Immutable;
using System.Text.Json;
using Api.Tests.Sessions;
using Api.Users;

namespace Api.Tests.Users;

/// <summary>The rules for users, and for their stored documents.</summary>
public sealed class UserTests
{
    [Theory]
    [InlineData("a", true)]
    [InlineData("Ada.Lovelace_1+x@example-1.com", true)]
    [InlineData("7", true)]
    [InlineData("usr", true)]
    [InlineData("", false)]
    [InlineData("@a", false)]
    [InlineData("_a", false)]
    [InlineData("a b", false)]
    [InlineData("a\n", false)]
    [InlineData("adä", false)]
    [InlineData("аda", false)]
    [InlineData("a/b", false)]
    [InlineData("a#b", false)]
    [InlineData("usr_a", false)]
    [InlineData("USR_A", false)]
    public void User_name_is_ASCII_and_no_sub(string name, bool isGood) => Assert.Equal(isGood, User.IsUserName(name));

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void User_name_is_short(int length, bool isGood) => Assert.Equal(isGood, User.IsUserName(new('a', length)));

    [Theory]
    [InlineData("a@b", true)]
    [InlineData("zoë@exämple.com", true)]
    [InlineData("a", false)]
    [InlineData("@b", false)]
    [InlineData("a@", false)]
    [InlineData("a@b@c", false)]
    [InlineData("a @b", false)]
    [InlineData("a@b\n", false)]
    [InlineData("a@b\u202e", false)]
    public void Email_address_has_its_shape(string email, bool isGood) => Assert.Equal(isGood, User.IsEmail(email));

    [Fact]
    public void Sub_is_new_each_time()
    {
        var subs = Enumerable.Range(0, 1000).Select(_ => User.NewSub()).ToHashSet();

        Assert.Equal(1000, subs.Count);
        Assert.All(subs, sub => Assert.True(User.IsSub(sub)));
    }

    [Fact]
    public void Stored_user_is_read_again()
    {
        var user = CurrentSessionTests.UserOf("ada") with
        {
            Name = "Ada",
            Email = "ada@example.com",
            Enabled = false,
            Claims = ImmutableSortedDictionary<string, JsonElement>.Empty.Add("team", JsonSerializer.SerializeToElement(7)),
        };

        var read = UserDocument.Parse(user.Sub, UserDocument.Write(user), "7");

        Assert.Equal(UserDocument.Write(user), UserDocument.Write(read));
        Assert.Equal("7", read.Version);
    }

    [Theory]
    [InlineData("\"preferred_username\":\"ada\"", "\"preferred_username\":\"usr_a\"")]
    [InlineData("\"preferred_username\":\"ada\",", "")]
    [InlineData("\"preferred_username\":\"ada\"", "\"preferred_username\":null")]
    [InlineData("\"scope\":\"USER\"", "\"scope\":\"US\\\"ER\"")]
    [InlineData("\"scope\":\"USER\"", "\"scope\":7")]
    [InlineData("\"scope\":\"USER\",", "")]
    [InlineData("\"claims\":{}", "\"claims\":null")]
    [InlineData(",\"claims\":{}", "")]
    [InlineData("\"claims\":{}", "\"claims\":{\"scope\":\"ADMIN\"}")]
    [InlineData("\"claims\":{}", "\"claims\":{},\"claims\":{}")]
    [InlineData("\"claims\":{}", "\"claims\":{},\"admin\":true")]
    [InlineData("\"claims\":{}", "\"claims\":{},\"email\":\"a\"")]
    [InlineData("\"claims\":{}", "\"claims\":{},\"name\":\"\\n\"")]
    [InlineData("\"claims\":{}", "\"claims\":{},\"name\":\"\\ud800\"")]
    [InlineData("\"enabled\":true,", "")]
    [InlineData("\"enabled\":true", "\"enabled\":1")]
    [InlineData("\"sub\":\"usr_", "\"sub\":\"usr_a")]
    public void Document_that_breaks_a_rule_is_damaged(string valid, string broken)
    {
        var user = CurrentSessionTests.UserOf("ada");
        var json = UserDocument.Write(user);
        Assert.Contains(valid, json, StringComparison.Ordinal);

        Assert.Throws<FormatException>(
            () => UserDocument.Parse(user.Sub, json.Replace(valid, broken, StringComparison.Ordinal), "1"));
        Assert.Throws<FormatException>(() => UserDocument.Parse(user.Sub, json, ""));
        Assert.Throws<FormatException>(() => UserDocument.Parse(User.NewSub(), json, "1"));
    }
}
