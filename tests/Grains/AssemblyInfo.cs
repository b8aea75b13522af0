// Clusters of silos, each with device threads: one after the other on two cores.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
