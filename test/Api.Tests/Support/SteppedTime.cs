namespace Api.Tests.Support;

/// <summary>
/// A clock that a test advances. Timers fire when it passes their time. A timer of the given pause fires at once, so that tests do not wait
/// for code that waits between attempts.
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
            // After the caller has its timer.
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
