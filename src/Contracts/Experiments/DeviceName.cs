using System.Globalization;
using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>Kind of device.</summary>
public enum DeviceKind
{
    Cpu,
    Cuda,
}

/// <summary>A device as an experiment file names it.</summary>
/// <param name="Index">Number of the CUDA device; null: the silo chooses. Always null for the CPU.</param>
public sealed record DeviceName(DeviceKind Kind, int? Index = null)
{
    internal const int MaxIndex = 255;

    internal static readonly Form<DeviceName> Form = new PatternForm<DeviceName>(
        "device", "cpu, cuda or cuda:N with N from 0 to 255", TryParse, device => device.ToString());

    public static DeviceName Cpu { get; } = new(DeviceKind.Cpu);

    /// <summary><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public override string ToString() =>
        Kind == DeviceKind.Cpu ? "cpu" : Index is { } n ? string.Create(CultureInfo.InvariantCulture, $"cuda:{n}") : "cuda";

    private static DeviceName? TryParse(string text) => text switch
    {
        "cpu" => Cpu,
        "cuda" => new(DeviceKind.Cuda),
        _ when text.StartsWith("cuda:", StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n <= MaxIndex => new(DeviceKind.Cuda, n),
        _ => null,
    };
}
