// Figures of models on MNIST, one JSON line a run in the form of the peers' scripts:
//   gan-mlp          steps per second, through the actors or in a bare loop
//   gan-dcgan        the same for the convolutional pair for 28x28, through the actors
//   allreduce        GB/s of the bulk channel between two processes, over TCP and through shared memory
//   rbm              steps and images per second of a Boltzmann machine with persistent chains
//   gan-mlp-memory   live tensors and resident memory early and late in one run
//   memory           what resident memory consists of, every so many steps of a run
//   vae              steps per second of the VAE 784-200-200-50 through the actors, and its test ELBO in the end
//   silos            what the silos of a cluster of processes take while they wait, and a client's call to them
//   kill             from SIGKILL of a silo to the next completed step
//   checkpoint       how much longer the step takes that takes a checkpoint of a model of 100 MB
//   calls            grain calls between two silo processes, alone and while 64 MiB exchanges run between them without a pause
//   scale            steps per second of two replicas on one silo process and on two
//   lag              steps per second of a GAN whose networks are on two silo processes, in turn and at the same time
//   dictionary       samples per second through the actors, and the held-out objective after one pass
using Cluster.Bench;

if (args is ["allreduce", .. var way])
{
    return await AllReduce.Measure(new Flags(way));
}

if (args is ["calls", .. var about])
{
    return await CallsBesideExchange.Measure(new Flags(about));
}

if (args is ["sink", var protocol])
{
    return await TelemetrySink.Run(protocol);
}

if (args is not [("gan-mlp" or "gan-dcgan" or "gan-mlp-memory" or "rbm" or "vae" or "dictionary" or "silos" or "kill" or "checkpoint" or "scale" or "lag" or "memory") and var work, .. var rest])
{
    Console.Error.WriteLine(
        "usage: bench gan-mlp [--path actors|loop] [--threads 2] [--replicas 1] [--batch 64] [--steps 300] [--repeat 5] [--data DIR] [--set key=value]");
    Console.Error.WriteLine("       gan-mlp, gan-dcgan, rbm, vae and dictionary take --export off|grpc|http/protobuf: telemetry to a collector on this machine");
    Console.Error.WriteLine("       bench gan-dcgan [--threads 2] [--replicas 1] [--batch 64] [--steps 40] [--repeat 5] [--data DIR] [--set key=value]");
    Console.Error.WriteLine("       bench gan-mlp-memory [--threads 2] [--batch 64] [--early 2000] [--late 20000] [--data DIR]");
    Console.Error.WriteLine("       bench memory [--model gan|dcgan|vae|'{kind: …}'] [--dataset mnist] [--threads 2] [--batch 64] [--steps 20000] [--each 2000] [--every 500] [--data DIR]");
    Console.Error.WriteLine("       bench allreduce [--way tcp|memory|both] [--mib 0,1,4,16,64]");
    Console.Error.WriteLine("       bench rbm [--path actors|loop] [--threads 2] [--replicas 1] [--batch 100] [--hidden 500] [--centred true|false] [--steps 200] [--repeat 5] [--data DIR]");
    Console.Error.WriteLine("       bench vae [--threads 2] [--replicas 1] [--batch 100] [--steps 200] [--repeat 5] [--data DIR] [--set key=value]");
    Console.Error.WriteLine("       bench dictionary [--threads 2] [--batch 256] [--repeat 5] [--method coordinate-descent] [--data DIR] [--set key=value]");
    Console.Error.WriteLine("       bench checkpoint [--threads 1] [--batch 64] [--width 3200] [--every 16] [--checkpoints 9] [--data DIR] [--set key=value]");
    Console.Error.WriteLine("       bench silos [--folder .cluster] [--seconds 60] [--calls 20000]");
    Console.Error.WriteLine("       bench calls [--way tcp|memory] [--mib 64] [--rounds 5] [--exchanges 40] [--calls 3000]");
    Console.Error.WriteLine("       bench scale [--model dcgan|vae [--hidden 200]] [--one .one] [--two .two] [--other .other] [--batch 64] [--steps 40] [--rounds 5]");
    Console.Error.WriteLine("       bench lag [--model mlp|dcgan] [--folder .two] [--staleness 1] [--batch 64] [--steps 40] [--rounds 5] [--set key=value]");
    Console.Error.WriteLine("       bench kill [--folder .cluster] [--kills 3] [--victim carrier|other]");
    return 2;
}

Flags flags = new(rest);
Console.WriteLine(await (work switch
{
    "vae" => VaeRate.Measure(flags),
    "rbm" => RbmRate.Measure(flags),
    "dictionary" => DictionaryRate.Measure(flags),
    "gan-mlp" or "gan-dcgan" => GanRate.Measure(work, flags),
    "silos" => LocalSilos.Measure(flags),
    "kill" => KillRecovery.Measure(flags),
    "checkpoint" => CheckpointCost.Measure(flags),
    "scale" => SiloScaling.Measure(flags),
    "lag" => LagRate.Measure(flags),
    "memory" => GanMemory.Follow(flags),
    _ => GanMemory.Measure(flags),
}));
return 0;
