namespace Orleans
{
    /// <summary>What observers of starting and stopping subscribe to.</summary>
    public interface ILifecycleObservable
    {
        /// <summary>Adds an observer at a stage; starting goes up the stages, stopping down.</summary>
        IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer);
    }

    /// <summary>Takes part in starting and stopping.</summary>
    public interface ILifecycleObserver
    {
        /// <summary>Starts.</summary>
        Task OnStart(CancellationToken cancellationToken = default);

        /// <summary>Stops.</summary>
        Task OnStop(CancellationToken cancellationToken = default);
    }

    /// <summary>A service that subscribes to a lifecycle.</summary>
    public interface ILifecycleParticipant<TLifecycleObservable> where TLifecycleObservable : ILifecycleObservable
    {
        /// <summary>Subscribes.</summary>
        void Participate(TLifecycleObservable lifecycle);
    }

    /// <summary>Subscribes functions to a lifecycle.</summary>
    public static class LifecycleExtensions
    {
        /// <summary>Adds two functions at a stage.</summary>
        public static IDisposable Subscribe(this ILifecycleObservable observable, string observerName, int stage, Func<CancellationToken, Task> onStart, Func<CancellationToken, Task> onStop)
            => observable.Subscribe(observerName, stage, new Functions(onStart, onStop));

        /// <summary>Adds a function at a stage.</summary>
        public static IDisposable Subscribe(this ILifecycleObservable observable, string observerName, int stage, Func<CancellationToken, Task> onStart)
            => observable.Subscribe(observerName, stage, new Functions(onStart, null));

        /// <summary>Adds two functions at a stage.</summary>
        public static IDisposable Subscribe<TObserver>(this ILifecycleObservable observable, int stage, Func<CancellationToken, Task> onStart, Func<CancellationToken, Task> onStop)
            => observable.Subscribe(typeof(TObserver).FullName!, stage, new Functions(onStart, onStop));

        /// <summary>Adds a function at a stage.</summary>
        public static IDisposable Subscribe<TObserver>(this ILifecycleObservable observable, int stage, Func<CancellationToken, Task> onStart)
            => observable.Subscribe(typeof(TObserver).FullName!, stage, new Functions(onStart, null));

        private sealed class Functions(Func<CancellationToken, Task> onStart, Func<CancellationToken, Task>? onStop) : ILifecycleObserver
        {
            public Task OnStart(CancellationToken cancellationToken = default) => onStart(cancellationToken);

            public Task OnStop(CancellationToken cancellationToken = default) => onStop?.Invoke(cancellationToken) ?? Task.CompletedTask;
        }
    }

    /// <summary>The stages of a silo's life.</summary>
    public static class ServiceLifecycleStage
    {
        /// <summary>The first of all.</summary>
        public const int First = int.MinValue;

        /// <summary>The runtime begins.</summary>
        public const int RuntimeInitialize = 2000;

        /// <summary>The runtime's services.</summary>
        public const int RuntimeServices = 4000;

        /// <summary>The storages.</summary>
        public const int RuntimeStorageServices = 6000;

        /// <summary>The grains' services.</summary>
        public const int RuntimeGrainServices = 8000;

        /// <summary>After the grains' services.</summary>
        public const int AfterRuntimeGrainServices = 8100;

        /// <summary>The application's services.</summary>
        public const int ApplicationServices = 10000;

        /// <summary>The silo joins the cluster.</summary>
        public const int BecomeActive = Active - 1;

        /// <summary>The silo takes calls.</summary>
        public const int Active = 20000;

        /// <summary>The last of all.</summary>
        public const int Last = int.MaxValue;
    }
}

namespace Orleans.Runtime
{
    /// <summary>The life of a silo.</summary>
    public interface ISiloLifecycle : ILifecycleObservable
    {
        /// <summary>The highest stage that is complete.</summary>
        int HighestCompletedStage { get; }

        /// <summary>The lowest stage that was stopped.</summary>
        int LowestStoppedStage { get; }
    }

    internal sealed class SiloLifecycle : ISiloLifecycle
    {
        private readonly List<(int Stage, ILifecycleObserver Observer)> _observers = [];

        public int HighestCompletedStage { get; private set; } = int.MinValue;

        public int LowestStoppedStage { get; private set; } = int.MaxValue;

        public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
        {
            ArgumentNullException.ThrowIfNull(observer);
            var entry = (stage, observer);
            lock (_observers) _observers.Add(entry);
            return new Subscription(this, entry);
        }

        public async Task StartAsync(CancellationToken token)
        {
            foreach (var stage in Stages().OrderBy(group => group.Key))
            {
                token.ThrowIfCancellationRequested();
                await Task.WhenAll(stage.Select(entry => entry.Observer.OnStart(token)));
                HighestCompletedStage = stage.Key;
            }
        }

        /// <summary>Goes down from where starting came to; an observer that fails holds up no other.</summary>
        public async Task StopAsync(CancellationToken token)
        {
            List<Exception> errors = [];
            foreach (var stage in Stages().Where(group => group.Key <= HighestCompletedStage).OrderByDescending(group => group.Key))
            {
                foreach (var (_, observer) in stage)
                {
                    try
                    {
                        await observer.OnStop(token);
                    }
                    catch (Exception error)
                    {
                        errors.Add(error);
                    }
                }

                LowestStoppedStage = stage.Key;
            }

            if (errors.Count > 0 && !token.IsCancellationRequested) throw new AggregateException(errors);
        }

        private IEnumerable<IGrouping<int, (int Stage, ILifecycleObserver Observer)>> Stages()
        {
            lock (_observers) return _observers.GroupBy(entry => entry.Stage).ToArray();
        }

        private sealed class Subscription(SiloLifecycle lifecycle, (int, ILifecycleObserver) entry) : IDisposable
        {
            public void Dispose()
            {
                lock (lifecycle._observers) lifecycle._observers.Remove(entry);
            }
        }
    }
}
