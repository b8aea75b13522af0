namespace Orleans.Runtime
{
    /// <summary>How far a silo is.</summary>
    [GenerateSerializer]
    public enum SiloStatus
    {
        /// <summary>Not known.</summary>
        None,

        /// <summary>Made, not yet started.</summary>
        Created,

        /// <summary>Joining the cluster.</summary>
        Joining,

        /// <summary>Taking calls.</summary>
        Active,

        /// <summary>Ending in good order.</summary>
        ShuttingDown,

        /// <summary>Ending at once.</summary>
        Stopping,

        /// <summary>Gone.</summary>
        Dead,
    }

    /// <summary>What a silo knows of the others.</summary>
    public interface ISiloStatusOracle
    {
        /// <summary>This silo's status.</summary>
        SiloStatus CurrentStatus { get; }

        /// <summary>This silo's name.</summary>
        string SiloName { get; }

        /// <summary>This silo's address.</summary>
        SiloAddress SiloAddress { get; }

        /// <summary>The status of one silo.</summary>
        SiloStatus GetApproximateSiloStatus(SiloAddress siloAddress);

        /// <summary>The status of all silos.</summary>
        Dictionary<SiloAddress, SiloStatus> GetApproximateSiloStatuses(bool onlyActive = false);

        /// <summary>The active silos.</summary>
        SiloAddress[] GetActiveSilos();

        /// <summary>The name of one silo.</summary>
        bool TryGetSiloName(SiloAddress siloAddress, out string? siloName);

        /// <summary>Whether a silo is gone.</summary>
        bool IsDeadSilo(SiloAddress silo);
    }

    internal sealed class SiloStatusOracle(Silo silo) : ISiloStatusOracle
    {
        public SiloStatus CurrentStatus => silo.Status;

        public string SiloName => silo.Name;

        public SiloAddress SiloAddress => silo.Address;

        public SiloStatus GetApproximateSiloStatus(SiloAddress siloAddress) => silo.Hub.Find(siloAddress)?.Status ?? SiloStatus.None;

        public Dictionary<SiloAddress, SiloStatus> GetApproximateSiloStatuses(bool onlyActive = false)
            => silo.Hub.Silos.Where(other => !onlyActive || other.Status == SiloStatus.Active).ToDictionary(other => other.Address, other => other.Status);

        public SiloAddress[] GetActiveSilos() => [.. silo.Hub.ActiveSilos.Select(other => other.Address)];

        public bool TryGetSiloName(SiloAddress siloAddress, out string? siloName) => (siloName = silo.Hub.Find(siloAddress)?.Name) is not null;

        public bool IsDeadSilo(SiloAddress silo) => GetApproximateSiloStatus(silo) == SiloStatus.Dead;
    }
}
