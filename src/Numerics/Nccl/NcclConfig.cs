using System.Runtime.InteropServices;

namespace Cluster.Numerics;

/// <summary>
/// ncclConfig_t of nccl.h as version 2.14 laid it out. Later versions read as much as <see cref="Size"/> says, take <see cref="Version"/>
/// for the one that the caller was compiled with, and put their defaults in the place of what came after it.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NcclConfig
{
    /// <summary>Oldest version that has it, as ncclGetVersion codes it: 2.14.0.</summary>
    public const int Since = 21400;

    public nuint Size;
    public uint Magic;
    public uint Version;

    /// <summary>0: calls return at once, so that whoever waits for a lost rank can be called off.</summary>
    public int Blocking;

    public static unsafe NcclConfig NonBlocking => new() { Size = (nuint)sizeof(NcclConfig), Magic = 0xcafebeef, Version = Since, Blocking = 0 };
}
