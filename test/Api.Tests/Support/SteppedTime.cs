namespace Api.Tests.Support;

/// <summary>
/// A clock that stands still until a test moves it; timers go off on the way. A pause of the given length passes at once, so that
/// code which waits between attempts need not be waited for.
/// </summary>
internal sealed class SteppedTime(TimeSpan pause) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];
    private TimeSpan _elapsed;

    public TimeSpan Elapsed
    {
        get
        {
            lock (_lock)
            {
                return _elapsed;
            }
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Elapsed.Ticks;

    public void Advance(TimeSpan time)
    {
        Timer[] due;

        lock (_lock)
        {
            _elapsed += time;
            due = [.. _timers.Where(timer => timer.Due <= _elapsed)];
            _timers.RemoveAll(timer => due.Contains(timer));
        }

        foreach (var timer in due)
        {
            timer.GoOff();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state), Elapsed + dueTime);

        lock (_lock)
        {
            _timers.Add(timer);
        }

        if (dueTime == pause)
        {
            // Not before the caller has its timer.
            ThreadPool.QueueUserWorkItem(_ => Advance(pause));
        }

        return timer;
    }

    private sealed class Timer(SteppedTime time, Action goOff, TimeSpan due) : ITimer
    {
        public TimeSpan Due => due;

        public void GoOff() => goOff();

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

        public void Dispose()
        {
            lock (time._lock)
            {
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();

            return default;
        }
    }
}
