using System.Runtime.InteropServices;
using TorchSharp;

namespace Cluster.Numerics;

/// <summary>
/// NVIDIA's collective library through its C API (nccl.h of 2.14 and later). It is part of no package that the project refers to, so it is
/// looked for, and a machine without it is no error.
/// </summary>
public sealed unsafe class NcclLibrary
{
    /// <summary>The library's name on every Linux.</summary>
    public const string FileName = "libnccl.so.2";

    private readonly delegate* unmanaged[Cdecl]<int*, NcclResult> getVersion;
    private readonly delegate* unmanaged[Cdecl]<NcclUniqueId*, NcclResult> getUniqueId;
    private readonly delegate* unmanaged[Cdecl]<NcclResult, byte*> getErrorString;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*> getLastError;

    internal readonly delegate* unmanaged[Cdecl]<nint*, int, NcclUniqueId, int, NcclConfig*, NcclResult> CommInitRankConfig;
    internal readonly delegate* unmanaged[Cdecl]<nint, NcclResult*, NcclResult> CommGetAsyncError;
    internal readonly delegate* unmanaged[Cdecl]<nint, NcclResult> CommFinalize;
    internal readonly delegate* unmanaged[Cdecl]<nint, NcclResult> CommDestroy;
    internal readonly delegate* unmanaged[Cdecl]<nint, NcclResult> CommAbort;
    internal readonly delegate* unmanaged[Cdecl]<NcclResult> GroupStart;
    internal readonly delegate* unmanaged[Cdecl]<NcclResult> GroupEnd;
    internal readonly delegate* unmanaged[Cdecl]<void*, void*, nuint, int, int, int, nint, nint, NcclResult> ReduceTo;
    internal readonly delegate* unmanaged[Cdecl]<void*, void*, nuint, int, int, nint, nint, NcclResult> BroadcastFrom;

    private NcclLibrary(string path, nint handle)
    {
        Path = path;
        getVersion = (delegate* unmanaged[Cdecl]<int*, NcclResult>)Export(handle, "ncclGetVersion");
        int version;
        var result = getVersion(&version);
        if (result != NcclResult.Success) throw new NcclException($"ncclGetVersion of {path} failed ({(int)result}); install NVIDIA's libnccl2 anew", result);
        Version = version;
        if (version < NcclConfig.Since) throw new NcclException($"{path} is NCCL {Text(version)}; 2.14 or newer is needed");

        getErrorString = (delegate* unmanaged[Cdecl]<NcclResult, byte*>)Export(handle, "ncclGetErrorString");
        getLastError = (delegate* unmanaged[Cdecl]<nint, byte*>)Export(handle, "ncclGetLastError");
        getUniqueId = (delegate* unmanaged[Cdecl]<NcclUniqueId*, NcclResult>)Export(handle, "ncclGetUniqueId");
        CommInitRankConfig = (delegate* unmanaged[Cdecl]<nint*, int, NcclUniqueId, int, NcclConfig*, NcclResult>)Export(handle, "ncclCommInitRankConfig");
        CommGetAsyncError = (delegate* unmanaged[Cdecl]<nint, NcclResult*, NcclResult>)Export(handle, "ncclCommGetAsyncError");
        CommFinalize = (delegate* unmanaged[Cdecl]<nint, NcclResult>)Export(handle, "ncclCommFinalize");
        CommDestroy = (delegate* unmanaged[Cdecl]<nint, NcclResult>)Export(handle, "ncclCommDestroy");
        CommAbort = (delegate* unmanaged[Cdecl]<nint, NcclResult>)Export(handle, "ncclCommAbort");
        GroupStart = (delegate* unmanaged[Cdecl]<NcclResult>)Export(handle, "ncclGroupStart");
        GroupEnd = (delegate* unmanaged[Cdecl]<NcclResult>)Export(handle, "ncclGroupEnd");
        ReduceTo = (delegate* unmanaged[Cdecl]<void*, void*, nuint, int, int, int, nint, nint, NcclResult>)Export(handle, "ncclReduce");
        BroadcastFrom = (delegate* unmanaged[Cdecl]<void*, void*, nuint, int, int, nint, nint, NcclResult>)Export(handle, "ncclBroadcast");
    }

    /// <summary>The file, or the name under which the system found it.</summary>
    public string Path { get; }

    /// <summary>As ncclGetVersion codes it: 22005 is 2.20.5.</summary>
    public int Version { get; }

    /// <summary>A version as people write it.</summary>
    public static string Text(int version) => $"{version / 10000}.{version / 100 % 100}.{version % 100}";

    /// <summary>Loads the library.</summary>
    /// <param name="file">The file; null to look where the system does, beside libtorch, and where PyTorch's wheels put it.</param>
    /// <exception cref="NcclException">It was not found, is older than 2.14, or lacks a function; the message says which.</exception>
    public static NcclLibrary Load(string? file = null)
    {
        string[] places = file is not null ? [file] : [FileName, .. BesideLibtorch()];
        foreach (var place in places)
        {
            if (NativeLibrary.TryLoad(place, out var handle)) return new NcclLibrary(place, handle);
        }

        throw new NcclException(file is not null
            ? $"{file} {(File.Exists(file) ? "is no library that can be loaded here" : "was not found")}; name NVIDIA's {FileName}"
            : $"{FileName} was not found{(places.Length > 1 ? $", nor was {string.Join(", ", places[1..])}" : "")}; install NVIDIA's libnccl2");
    }

    /// <summary>A new id, for one communicator. The process that asks for it must live until all ranks have connected.</summary>
    /// <exception cref="NcclException">NCCL could not make one: it found no network interface, say.</exception>
    public NcclUniqueId NewId()
    {
        NcclUniqueId id;
        var result = getUniqueId(&id);
        return result == NcclResult.Success ? id : throw Error("ncclGetUniqueId", "this process", result, 0);
    }

    internal NcclException Error(string call, string who, NcclResult result, nint communicator) => NcclException.Of(
        call, who, result, Marshal.PtrToStringUTF8((nint)getErrorString(result)) ?? "", Marshal.PtrToStringUTF8((nint)getLastError(communicator)));

    /// <summary>NCCL's code of a number format: ncclDataType_t.</summary>
    /// <exception cref="NcclException">NCCL does not add numbers of it.</exception>
    internal static int TypeOf(torch.ScalarType type) => type switch
    {
        torch.ScalarType.Float32 => 7,
        torch.ScalarType.Float64 => 8,
        _ => throw new NcclException($"a gradient of {type} is not added by NCCL; float32 and float64 are"),
    };

    private nint Export(nint handle, string name) => NativeLibrary.TryGetExport(handle, name, out var function)
        ? function
        : throw new NcclException($"{Path} lacks {name}; it is no NCCL, or one older than 2.14");

    private static IEnumerable<string> BesideLibtorch()
    {
        if (!OperatingSystem.IsLinux()) return [];
        return File.ReadLines("/proc/self/maps")
            .Select(line => line.IndexOf('/') is >= 0 and var at ? line[at..] : "")
            .Where(path => System.IO.Path.GetFileName(path).StartsWith("libtorch", StringComparison.Ordinal))
            .Select(path => System.IO.Path.GetDirectoryName(path)!)
            .Distinct(StringComparer.Ordinal)
            .SelectMany(folder => (string[])[System.IO.Path.Combine(folder, FileName), System.IO.Path.GetFullPath(System.IO.Path.Combine(folder, "../../nvidia/nccl/lib", FileName))])
            .ToArray();
    }
}
