namespace Cluster.Contracts;

/// <summary>What a silo tells of itself.</summary>
/// <param name="Silo">Its address, which names one life of it.</param>
/// <param name="Name">Its name.</param>
/// <param name="Gateway">Where clients reach it: <c>HOST:PORT</c>.</param>
/// <param name="Http">Where health and status are: <c>HOST:PORT</c>.</param>
/// <param name="Since">When it was started, UTC.</param>
/// <param name="Draining">Whether it leaves: nothing new is placed on it.</param>
/// <param name="Cpus">Logical processors that it may use.</param>
/// <param name="MemoryBytes">Memory that it may use.</param>
/// <param name="ResidentBytes">Memory that it uses.</param>
/// <param name="Cuda">Its CUDA devices.</param>
/// <param name="Actors">Actors that had a message within the last half minute, counted by run and role: <c>gan-digits-001/generator</c>.</param>
/// <param name="Runs">Runs whose workflow it carries.</param>
/// <param name="Pool">Its role pool; empty for none.</param>
[GenerateSerializer, Immutable, Alias("cluster.SiloReport")]
public sealed record SiloReport(
    string Silo,
    string Name,
    string Gateway,
    string Http,
    DateTimeOffset Since,
    bool Draining,
    int Cpus,
    long MemoryBytes,
    long ResidentBytes,
    IReadOnlyList<CudaDevice> Cuda,
    IReadOnlyDictionary<string, int> Actors,
    IReadOnlyList<string> Runs,
    string Pool = "");

/// <summary>A CUDA device of a silo.</summary>
/// <param name="Name">As an experiment file names it: <c>cuda:0</c>.</param>
/// <param name="Run">The run that holds it; null while it is free. Silos leave that to the cluster.</param>
/// <param name="MemoryBytes">Its memory; 0 where it is not known.</param>
/// <param name="Model">What it is, for people; empty where it is not known.</param>
[GenerateSerializer, Immutable, Alias("cluster.CudaDevice")]
public sealed record CudaDevice(string Name, string? Run, long MemoryBytes = 0, string Model = "");
