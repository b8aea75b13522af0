// Each test may start a silo or a process, and every one of them wants all cores.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
