// Figures of a GAN on MNIST, one JSON line a run in the form of the peers' scripts:
//   gan-mlp          steps per second, through the actors or in a bare loop
//   gan-mlp-memory   live tensors and resident memory early and late in one run
//   dictionary       samples per second through the actors, and the held-out objective after one pass
using Cluster.Bench;

if (args is not [("gan-mlp" or "gan-mlp-memory" or "dictionary") and var work, .. var rest])
{
    Console.Error.WriteLine(
        "usage: bench gan-mlp [--path actors|loop] [--threads 2] [--batch 64] [--steps 300] [--repeat 5] [--data DIR] [--set key=value]");
    Console.Error.WriteLine("       bench gan-mlp-memory [--threads 2] [--batch 64] [--early 2000] [--late 20000] [--data DIR]");
    Console.Error.WriteLine("       bench dictionary [--threads 2] [--batch 256] [--repeat 5] [--method coordinate-descent] [--data DIR] [--set key=value]");
    return 2;
}

Flags flags = new(rest);
Console.WriteLine(work switch
{
    "gan-mlp" => await GanRate.Measure(flags),
    "gan-mlp-memory" => await GanMemory.Measure(flags),
    _ => await DictionaryRate.Measure(flags),
});
return 0;
