// Silos and processes, each of which wants all cores.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
