using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace Api.Tests.Soak;

/// <summary>
/// People who sign in to an app that refreshes its tokens. Some leave: then nothing of theirs works. All others stay signed in, whatever
/// happens to the instances and the store.
/// </summary>
/// <param name="instances">The instances that the apps call.</param>
/// <param name="administrator">Registers and ends people at the first instance.</param>
/// <param name="lies">How many answers of the store were damaged until now.</param>
/// <param name="pause">The longest time between two refreshes of a person.</param>
/// <param name="figures">Where each request is noted.</param>
internal sealed class People(Instance[] instances, Administrator administrator, Func<int> lies, TimeSpan pause, Figures figures)
{
    // After it, a replaced token is a stolen one, also with clocks that differ.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(95);

    private static readonly string[] WaysToLeave =
        ["disabled", "signed out", "removed", "ended by an administrator", "revoked", "second use of a token"];

    private readonly ConcurrentQueue<string> _wrong = [];
    private int _count;

    /// <summary>Who was signed out, or stayed signed in, and should not.</summary>
    public IReadOnlyCollection<string> Wrong => _wrong;

    public async Task<Person> AddAsync()
    {
        var name = $"person{Interlocked.Increment(ref _count)}";
        var registered = await administrator.TrySendAsync(
            HttpMethod.Post, "/admin/users", new() { ["preferred_username"] = name, ["scope"] = "USER" });
        var person = new Person(name, registered?.GetProperty("sub").GetString() ?? "");

        if (registered is { } user
            && await person.Browser.EnrollAsync(instances[0], user.GetProperty("enrollment_link").GetString()!)
            && await person.Browser.SignInToAppAsync(instances[0]) is { } tokens)
        {
            person.Take(tokens);
            figures.Happened("people: new");
        }

        return person;
    }

    /// <summary>A person who stays all the time.</summary>
    public async Task StayAsync(Person person, int seed, CancellationToken stop)
    {
        var random = new Random(seed);

        while (!stop.IsCancellationRequested)
        {
            await LiveAsync(person, random, stop);
        }
    }

    /// <summary>People who leave, one after the other, each in another way.</summary>
    public async Task LeaveAsync(int seed, CancellationToken stop)
    {
        var random = new Random(seed);

        for (var round = seed; !stop.IsCancellationRequested; round++)
        {
            var person = await AddAsync();

            if (person.RefreshToken is not { } first)
            {
                await Disturbances.WaitAsync(TimeSpan.FromSeconds(0.5), stop);
                continue;
            }

            var way = WaysToLeave[round % WaysToLeave.Length];
            using var gone = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var living = Task.Run(() => StayAsync(person, round, gone.Token), CancellationToken.None);
            await Disturbances.WaitAsync(way is "second use of a token" ? Grace + pause : pause * 2, stop);
            person.IsLeaving = true;

            while (!stop.IsCancellationRequested && !await IsEndedAsync(person, way, first))
            {
                await Disturbances.WaitAsync(TimeSpan.FromSeconds(0.2), stop);
            }

            if (stop.IsCancellationRequested)
            {
                await living;
                return;
            }

            person.HasLeft = true;
            figures.Happened($"people: {way}");
            await Disturbances.WaitAsync(pause * 2, stop);
            await gone.CancelAsync();
            await living;
            await CheckLeftAsync(person, way);
        }
    }

    /// <summary>When all is well again, everyone who stays can refresh.</summary>
    public async Task CheckStayedAsync(Person person)
    {
        var watch = Stopwatch.StartNew();

        while (watch.Elapsed < TimeSpan.FromSeconds(30))
        {
            if (await RefreshAsync(person, instances[0]) is 200)
            {
                return;
            }

            await Task.Delay(200);
        }

        _wrong.Enqueue($"{person.Name} cannot refresh at the end");
    }

    private async Task CheckLeftAsync(Person person, string way)
    {
        foreach (var instance in instances)
        {
            var (status, _) = await Visitor.GetAsync(instance, "/oauth2/userinfo", person.AccessToken!);
            figures.Took("userinfo, left", $"{status}", default);

            if (status is not (401 or 503 or 0))
            {
                _wrong.Enqueue($"{person.Name}, {way}: {status} at userinfo");
            }
        }
    }

    // One step in the life of an app: a refresh, sometimes with lost answers or from two windows, or another use.
    private async Task LiveAsync(Person person, Random random, CancellationToken stop)
    {
        await Disturbances.WaitAsync(pause * random.NextDouble(), stop);
        var instance = instances[random.Next(instances.Length)];

        switch (random.Next(8))
        {
            case 0 when !person.IsLeaving:
                figures.Happened($"people: signed in again {await person.Browser.SignInAsync(instance)}");
                break;
            case 1:
                // The answer is lost.
                await SendRefreshAsync(person.RefreshToken!, instance);
                await RefreshUntilAnsweredAsync(person, random, stop);
                break;
            case 2:
                await RefreshInTwoWindowsAsync(person);
                await RefreshUntilAnsweredAsync(person, random, stop);
                break;
            case 3:
                var (status, _) = await Visitor.GetAsync(instance, "/oauth2/userinfo", person.AccessToken!);
                figures.Took("userinfo", $"{status}", default);
                break;
            default:
                await RefreshUntilAnsweredAsync(person, random, stop);
                break;
        }
    }

    // As an app does: again and again until there is an answer.
    private async Task RefreshUntilAnsweredAsync(Person person, Random random, CancellationToken stop)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            if (await RefreshAsync(person, instances[random.Next(instances.Length)]) is 200 || stop.IsCancellationRequested || person.IsLeaving)
            {
                return;
            }

            await Disturbances.WaitAsync(TimeSpan.FromSeconds(0.3), CancellationToken.None);
        }
    }

    private async Task RefreshInTwoWindowsAsync(Person person)
    {
        var answers = await Task.WhenAll(instances.Select(instance => SendRefreshAsync(person.RefreshToken!, instance)));

        if (answers.Where(answer => answer.Status is 200).Select(answer => TextOf(answer.Body, "refresh_token")).Distinct().Count() > 1)
        {
            _wrong.Enqueue($"{person.Name} got two successors of one token");
        }
    }

    private async Task<int> RefreshAsync(Person person, Instance instance)
    {
        var (hadLeft, liesBefore) = (person.HasLeft, lies());
        var (status, body) = await SendRefreshAsync(person.RefreshToken!, instance);

        if (status is 200)
        {
            person.Take(body);

            if (hadLeft)
            {
                _wrong.Enqueue($"{person.Name} was refreshed and has left");
            }
        }
        // A damaged document is none. The app asks again.
        else if (status is not (503 or 0) && !person.IsLeaving && lies() == liesBefore)
        {
            _wrong.Enqueue($"{person.Name} was signed out at the {instance.Name} instance: {status} {body}");
        }

        return status;
    }

    private async Task<(int Status, JsonElement Body)> SendRefreshAsync(string refreshToken, Instance instance)
    {
        var watch = Stopwatch.StartNew();
        var answer = await Visitor.PostAsync(
            instance, "/oauth2/token", ("grant_type", "refresh_token"), ("client_id", "app"), ("refresh_token", refreshToken));
        figures.Took("refresh", $"{answer.Status}", watch.Elapsed);

        return answer;
    }

    // A revocation of what the store has damaged finds nothing to revoke.
    private async Task<bool> IsEndedAsync(Person person, string way, string first)
    {
        var before = lies();

        return await TryEndAsync(person, way, first) && lies() == before;
    }

    private async Task<bool> TryEndAsync(Person person, string way, string first)
    {
        var user = $"/admin/users/{person.Sub}";

        return way switch
        {
            "disabled" => await administrator.SendAsync(HttpMethod.Patch, user, new() { ["enabled"] = false }) is 200,
            "removed" => await administrator.SendAsync(HttpMethod.Delete, user) is 204 or 404,
            "ended by an administrator" => await administrator.SendAsync(HttpMethod.Delete, $"{user}/sessions") is 204,
            "signed out" => await person.Browser.SignOutAsync(instances[0]),
            "revoked" => (await Visitor.PostAsync(
                instances[0], "/oauth2/revoke", ("client_id", "app"), ("token", person.RefreshToken!))).Status is 200,
            // Somebody else has had the first token for long.
            _ => (await SendRefreshAsync(first, instances[0])).Status is 400,
        };
    }

    private static string TextOf(JsonElement json, string member) => json.GetProperty(member).GetString()!;
}
