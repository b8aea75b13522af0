using Cluster.Contracts.Runs;
using Orleans.Concurrency;

namespace Cluster.Contracts;

/// <summary>
/// The cluster as a whole: its silos, the queue of runs and the devices that they hold. Key: 0. It keeps nothing that the
/// silos' reports and the runs' folders do not tell, so that it may be lost with its silo and come up on another.
/// </summary>
[Alias("cluster.IClusterGrain")]
public interface IClusterGrain : IGrainWithIntegerKey
{
    /// <summary>A silo says that it is there, every few seconds. Each report also makes the grain look after the queue.</summary>
    /// <returns>The last report of every silo.</returns>
    Task<SiloReport[]> Report(SiloReport report);

    /// <summary>Hands a new run in; it starts when its turn comes and its devices are free.</summary>
    /// <param name="name">The experiment's name; the run's is that with a number.</param>
    /// <param name="experiment">The resolved experiment file.</param>
    /// <param name="priority">The higher goes first.</param>
    /// <param name="owner">Whose it is: turns go round among owners, and limits count by them. Empty for nobody's in particular.</param>
    /// <returns>The run.</returns>
    /// <exception cref="InputException">The folder of runs cannot be written, or the data cannot be read.</exception>
    [ResponseTimeout("00:02:00")]
    Task<RunOverview> Submit(string name, string experiment, int priority, string owner = "");

    /// <summary>Somebody's run has ended: another may begin.</summary>
    [OneWay]
    Task Wake();

    /// <summary>Puts a run that was paused, failed, cancelled or interrupted back into the queue; where there is none, it goes on at once.</summary>
    /// <exception cref="InputException">There is no such run, it has finished, it trains, or no checkpoint of it is sound.</exception>
    [ResponseTimeout("00:02:00")]
    Task<RunOverview> Requeue(string run, int? priority);

    /// <summary>Silos, devices, actors and what each run does.</summary>
    [ResponseTimeout("00:02:00")]
    Task<ClusterOverview> Overview();

    /// <summary>All runs, by name.</summary>
    [ResponseTimeout("00:02:00")]
    Task<RunOverview[]> Runs();

    /// <summary>One run.</summary>
    /// <exception cref="InputException">There is no such run; the message lists those that are there.</exception>
    Task<RunOverview> Run(string run);

    /// <summary>A run's experiment file as resolved.</summary>
    /// <exception cref="InputException">There is no such run, or the file cannot be read.</exception>
    Task<string> Experiment(string run);

    /// <summary>Silos, devices and actors with their present work.</summary>
    [ResponseTimeout("00:00:30")]
    Task<ClusterMap> Map();

    /// <summary>The newest step of a run that was traced to its end; null before the first. Who asks every few seconds gets newer ones.</summary>
    [ResponseTimeout("00:00:30")]
    Task<StepTrace?> LastStep(string run);
}
