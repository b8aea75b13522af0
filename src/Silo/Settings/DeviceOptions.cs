using Cluster.Numerics;

namespace Cluster.Silo;

/// <summary>What a silo offers to train on.</summary>
public sealed class DeviceOptions
{
    /// <summary>CUDA devices that it offers, 0 to 64; −1 for all that libtorch finds.</summary>
    [Setting("devices.cuda", "CUDA devices that the silo offers; -1 for all that libtorch finds", Min = -1, Max = 64)]
    public int Cuda { get; set; } = -1;

    /// <summary>MiB of each CUDA device that runs may count on, 0 to 10000000; 0 for what the device has.</summary>
    [Setting("devices.memory", "MiB of each CUDA device that runs may count on; 0 for what the device has", Min = 0, Max = 10_000_000)]
    public int Memory { get; set; }

    /// <summary>Stands CPUs in for CUDA devices, to try placement where there are none.</summary>
    [Setting("devices.pretend", "Let the CPU stand in for devices.cuda many CUDA devices, to try placement without one")]
    public bool Pretend { get; set; }

    /// <summary>CPUs that training on the CPU keeps to, where there are as many as a run has threads, as the kernel lists them: <c>0-3,8</c>. Null for all.</summary>
    [Setting("devices.cpus", "CPUs that runs with no more threads than these keep to, as in 0-3,8", Default = "all")]
    public string? Cpus { get; set; }

    /// <summary>The file of NVIDIA's collective library; null to look for <c>libnccl.so.2</c> where the system, libtorch and PyTorch have it.</summary>
    [Setting("devices.nccl", "The file of NVIDIA's NCCL", Path = true, Default = "libnccl.so.2, where the system or libtorch has it")]
    public string? Nccl { get; set; }

    internal static IEnumerable<string> Mistakes(DeviceOptions options)
    {
        if (options.Pretend && options.Cuda < 1)
        {
            yield return "devices.pretend needs devices.cuda: how many devices to pretend, at least 1";
        }

        if (options.Cpus is { } text)
        {
            CpuSet? cpus = CpuSet.Parse(text), here = CpuSet.Mine;
            if (cpus is null)
            {
                yield return $"devices.cpus: '{text}' is no list of CPUs; write numbers and ranges, as in 0-3,8";
            }
            else if (here is not null && cpus.Without(here) is { Count: > 0 } lacking)
            {
                yield return $"devices.cpus: '{text}' has CPUs that this process may not run on: {lacking}; it may run on {here}";
            }
        }
    }
}
