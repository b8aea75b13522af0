using System.Globalization;
using Cluster.Contracts;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// The silo's device threads. One thread per device and intra-op thread count: actors that share a device take turns on
/// it, and none of them ever computes on a grain scheduler's thread.
/// </summary>
public sealed class DevicePool(TrainingOptions options) : IDisposable
{
    private readonly Dictionary<(string Device, int Threads), DeviceThread> _threads = [];
    private readonly Lock _gate = new();
    private static readonly AsyncLocal<string?> Leased = new();

    /// <summary>From here on, in the caller's flow, <c>cuda</c> means the device that was leased to it; null for the machine's first.</summary>
    public static void Lease(string? device) => Leased.Value = device;

    /// <summary>CUDA devices that this silo has.</summary>
    public int CudaCount => options.PretendedCuda > 0 ? options.PretendedCuda : MayHaveCuda && cuda.is_available() ? cuda.device_count() : 0;

    /// <summary>What a CUDA device of this silo is.</summary>
    public CudaDevice Describe(int index)
    {
        string name = "cuda:" + index.ToString(CultureInfo.InvariantCulture);
        (long memory, string model) = options.PretendedCuda > 0 ? (0, "pretended") : CudaDriver.Describe(index);
        long most = (long)options.DeviceMemory << 20;
        return new CudaDevice(name, null, most > 0 && (memory == 0 || most < memory) ? most : memory, model);
    }

    /// <summary>Without a driver's device file there is no use in loading libtorch to ask: a silo that waits for work stays small.</summary>
    private static bool MayHaveCuda => !OperatingSystem.IsLinux()
        || ((string[])["/dev/nvidiactl", "/dev/dxg", "/dev/nvhost-ctrl", "/dev/nvmap", "/dev/kfd"]).Any(File.Exists);

    /// <summary>All threads that were started and not given up.</summary>
    public IReadOnlyList<DeviceThread> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _threads.Values];
            }
        }
    }

    /// <summary>The thread of a device, started on first use.</summary>
    /// <param name="device"><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</param>
    /// <param name="intraOpThreads">Threads that one operation may use on a CPU.</param>
    /// <exception cref="InputException">This silo has no such device.</exception>
    public DeviceThread Get(string device, int intraOpThreads)
    {
        if (device == "cuda" && Leased.Value is { } leased)
        {
            device = leased;
        }

        lock (_gate)
        {
            if (_threads.TryGetValue((device, intraOpThreads), out DeviceThread? thread))
            {
                return thread;
            }

            Device where = new(options.PretendedCuda > 0 && device.StartsWith("cuda", StringComparison.Ordinal) ? "cpu" : device);
            if (where.type == DeviceType.CUDA && (!cuda.is_available() || where.index >= cuda.device_count()))
            {
                int found = cuda.is_available() ? cuda.device_count() : 0;
                throw new InputException($"device: {device}: this machine has {found} CUDA devices that libtorch can use; choose device: cpu or one of them");
            }

            thread = Start($"{device}/{intraOpThreads}", where, intraOpThreads, device == "cpu" ? options.Cpus : null);
            _threads.Add((device, intraOpThreads), thread);
            return thread;
        }
    }

    private static DeviceThread Start(string name, Device where, int intraOpThreads, CpuSet? cpus) => NativeLibraries.Trouble(AppContext.BaseDirectory) is { } trouble
        ? throw new InputException($"TorchSharp's native library does not load on this system: {trouble}; ./cluster setup takes what does")
        : new DeviceThread(name, where, intraOpThreads, cpus);

    /// <summary>Leaves a thread that hangs to itself; whoever asks for its device next gets a new one.</summary>
    public void Abandon(DeviceThread thread)
    {
        lock (_gate)
        {
            foreach ((string Device, int Threads) key in _threads.Where(each => each.Value == thread).Select(each => each.Key).ToArray())
            {
                _threads.Remove(key);
            }
        }

        thread.Abandon();
    }

    /// <summary>Stops all threads.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (DeviceThread thread in _threads.Values)
            {
                thread.Dispose();
            }

            _threads.Clear();
        }
    }
}
