// Figures of a GAN on MNIST, one JSON line a run in the form of the peers' scripts:
//   gan-mlp          steps per second, through the actors or in a bare loop
//   allreduce        GB/s of the bulk channel between two processes, over TCP and through shared memory
//   gan-mlp-memory   live tensors and resident memory early and late in one run
using Cluster.Bench;

if (args is ["allreduce", .. var way])
{
    return await AllReduce.Measure(new Flags(way));
}

if (args is not [("gan-mlp" or "gan-mlp-memory") and var work, .. var rest])
{
    Console.Error.WriteLine(
        "usage: bench gan-mlp [--path actors|loop] [--threads 2] [--batch 64] [--steps 300] [--repeat 5] [--data DIR] [--set key=value]");
    Console.Error.WriteLine("       bench gan-mlp-memory [--threads 2] [--batch 64] [--early 2000] [--late 20000] [--data DIR]");
    Console.Error.WriteLine("       bench allreduce [--way tcp|memory|both] [--mib 0,1,4,16,64]");
    return 2;
}

Flags flags = new(rest);
Console.WriteLine(work == "gan-mlp" ? await GanRate.Measure(flags) : await GanMemory.Measure(flags));
return 0;
