using System.Text.Json.Serialization;
using Amazon.Lambda.Core;
using Amazon.Lambda.RuntimeSupport;
using Amazon.Lambda.Serialization.SystemTextJson;
using Api.Tests.Support;

namespace Api.Tests.Lambda;

/// <summary>The events of a typed handler, and the reports of its results and errors.</summary>
[Collection(AloneCollection.Name)]
public sealed class BootstrapTests : IAsyncLifetime
{
    private RuntimeApi _runtime = null!;

    public async Task InitializeAsync()
    {
        _runtime = await RuntimeApi.StartAsync();
        LambdaVariables.Set(_runtime);
    }

    public async Task DisposeAsync()
    {
        LambdaVariables.Clear();
        await _runtime.DisposeAsync();
    }

    [Fact]
    public async Task Handler_gets_each_event_with_its_context()
    {
        await using var function = Run((question, context) => Task.FromResult<Answer?>(
            new($"{question.Text} {context.AwsRequestId.Length}", context.RemainingTime.TotalSeconds is > 20 and <= 30)));

        var first = await _runtime.InvokeAsync("""{"Text":"one"}""", TimeSpan.FromSeconds(30));
        var second = await _runtime.InvokeAsync("""{"text":"two"}""", TimeSpan.FromSeconds(-1));

        Assert.Equal("application/json", first.ContentType);
        Assert.Equal("""{"Text":"one 36","InTime":true}""", first.Json.GetRawText());
        Assert.Equal("""{"Text":"two 36","InTime":false}""", second.Json.GetRawText());
    }

    [Fact]
    public async Task Names_and_null_values_are_written_as_the_package_writes_them()
    {
        await using var function = Run((_, _) => Task.FromResult<Answer?>(new(null, false)));

        Assert.Equal("""{"InTime":false}""", (await _runtime.InvokeAsync("{}")).Json.GetRawText());
    }

    [Fact]
    public async Task Null_is_an_event_and_a_result()
    {
        await using var function = Run((question, _) => Task.FromResult(question is null ? null : new Answer("", false)));

        Assert.Equal("null", (await _runtime.InvokeAsync("null")).Json.GetRawText());
    }

    [Fact]
    public async Task Handler_that_throws_is_reported_and_invoked_again()
    {
        await using var function = Run((question, _) => question.Text is "good"
            ? Task.FromResult<Answer?>(new("good", true))
            : throw new InvalidOperationException(" bad ", new ArgumentException("cause")));

        var bad = await _runtime.InvokeAsync("""{"Text":"bad"}""");
        var good = await _runtime.InvokeAsync("""{"Text":"good"}""");

        Assert.Equal(("InvalidOperationException", "application/vnd.aws.lambda.error+json"), (bad.ErrorType, bad.ContentType));
        Assert.Equal("InvalidOperationException", bad.Json.GetProperty("errorType").GetString());
        Assert.Equal("bad", bad.Message);
        Assert.StartsWith("at Api.Tests.", bad.Json.GetProperty("stackTrace")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal("ArgumentException", bad.Json.GetProperty("cause").GetProperty("errorType").GetString());
        Assert.Null(good.ErrorType);
    }

    [Theory]
    [InlineData("""{"Text":1}""")]
    [InlineData("""{"Text":""")]
    [InlineData("[]")]
    [InlineData("")]
    public async Task Event_of_another_type_is_reported_and_the_next_one_is_served(string json)
    {
        await using var function = Run((_, _) => Task.FromResult<Answer?>(new("", true)));

        var bad = await _runtime.InvokeAsync(json);
        var good = await _runtime.InvokeAsync("{}");

        Assert.Equal("JsonSerializerException", bad.ErrorType);
        Assert.Contains(typeof(Question).FullName!, bad.Message, StringComparison.Ordinal);
        Assert.Equal("JsonException", bad.Json.GetProperty("cause").GetProperty("errorType").GetString());
        Assert.Null(good.ErrorType);
    }

    [Fact]
    public async Task Initializer_that_throws_is_an_init_error_without_a_type_and_ends_the_run()
    {
        using var bootstrap = Builder((_, _) => Task.FromResult<Answer?>(null))
            .UseBootstrapHandler(() => throw new InvalidOperationException("no setting"))
            .Build();

        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => bootstrap.RunAsync());

        Assert.Equal("no setting", thrown.Message);
        var error = await _runtime.InitError;
        Assert.Null(error.ErrorType);
        Assert.Equal("InvalidOperationException", error.Json.GetProperty("errorType").GetString());
        Assert.Equal("no setting", error.Message);
    }

    [Fact]
    public async Task Initializer_that_returns_false_ends_the_run()
    {
        using var bootstrap = Builder((_, _) => Task.FromResult<Answer?>(null))
            .UseBootstrapHandler(() => Task.FromResult(false))
            .Build();

        await bootstrap.RunAsync().WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Run_ends_when_the_Runtime_API_fails()
    {
        using var bootstrap = Builder((_, _) => Task.FromResult<Answer?>(null)).Build();
        var running = bootstrap.RunAsync();

        await _runtime.DisposeAsync();

        var end = await Record.ExceptionAsync(() => running.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.False(end is null or TimeoutException, $"{end}");
    }

    private static Function Run(Func<Question, ILambdaContext, Task<Answer?>> handler) => new(Builder(handler).Build());

    private static LambdaBootstrapBuilder Builder(Func<Question, ILambdaContext, Task<Answer?>> handler) =>
        LambdaBootstrapBuilder.Create(handler, new SourceGeneratorLambdaJsonSerializer<BootstrapJson>());

    internal sealed record Question(string? Text);

    internal sealed record Answer(string? Text, bool InTime);

    /// <summary>A bootstrap that runs until it is disposed.</summary>
    private sealed class Function : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly LambdaBootstrap _bootstrap;
        private readonly Task _running;

        public Function(LambdaBootstrap bootstrap) => (_bootstrap, _running) = (bootstrap, bootstrap.RunAsync(_stop.Token));

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running.WaitAsync(TimeSpan.FromSeconds(10));
            _bootstrap.Dispose();
            _stop.Dispose();
        }
    }
}

[JsonSerializable(typeof(BootstrapTests.Question))]
[JsonSerializable(typeof(BootstrapTests.Answer))]
internal sealed partial class BootstrapJson : JsonSerializerContext;
