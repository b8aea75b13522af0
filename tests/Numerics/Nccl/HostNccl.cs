using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cluster.Numerics.Tests;

/// <summary>
/// A library with NCCL's C API for ranks that are threads of this process, compiled from <c>host_nccl.c</c>. What it is told to do wrong
/// holds for the whole process: tests that use it run one after the other.
/// </summary>
internal static class HostNccl
{
    private static readonly Lazy<string> Plain = new(() => Compile());
    private static readonly Lazy<nint> Loaded = new(() => NativeLibrary.Load(Plain.Value));

    /// <summary>Why it cannot be compiled here; null where it can.</summary>
    internal static string? Missing { get; } = Run("cc", "--version") is null ? "no C compiler is here to make a library with NCCL's API (cc)" : null;

    /// <summary>The compiled library.</summary>
    internal static string File => Plain.Value;

    /// <summary>Ranks that are connected or on their way, and not freed.</summary>
    internal static long Live => Count(7);

    internal static long Connected => Count(0);

    internal static long Groups => Count(1);

    internal static long Reduces => Count(2);

    internal static long Broadcasts => Count(3);

    internal static long Destroyed => Count(4);

    internal static long Aborted => Count(5);

    /// <summary>Ranks that did not come to a group, as <see cref="Hang"/> told them.</summary>
    internal static long Hung => Count(6);

    /// <summary>Compiles it once more, with other definitions, into a file of its own.</summary>
    internal static string Compile(params string[] definitions)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("cluster-nccl-").FullName, NcclLibrary.FileName);
        string[] arguments = ["-std=gnu11", "-O1", "-shared", "-fPIC", "-pthread", .. definitions, "-o", file, Source()];
        return Run("cc", arguments) is { } errors ? errors.Length == 0 ? file : throw new InvalidOperationException(errors) : throw new InvalidOperationException("cc is missing");
    }

    /// <summary>From now on a rank cannot connect.</summary>
    internal static void Refuse(int rank) => Call("host_nccl_refuse", rank);

    /// <summary>Once: a rank does not come to a group of its, counted from 1.</summary>
    internal static void Hang(int rank, int group) => Call("host_nccl_hang", rank, group);

    /// <summary>Once: at a group of a rank's, counted from 1, all learn of a lost connection.</summary>
    internal static void Break(int rank, int group) => Call("host_nccl_break", rank, group);

    /// <summary>Nothing goes wrong any more, and all is counted anew; but those that live are still counted.</summary>
    internal static unsafe void Reset() => ((delegate* unmanaged[Cdecl]<void>)NativeLibrary.GetExport(Loaded.Value, "host_nccl_reset"))();

    private static unsafe long Count(int what) => ((delegate* unmanaged[Cdecl]<int, long>)NativeLibrary.GetExport(Loaded.Value, "host_nccl_count"))(what);

    private static unsafe void Call(string name, int one) => ((delegate* unmanaged[Cdecl]<int, void>)NativeLibrary.GetExport(Loaded.Value, name))(one);

    private static unsafe void Call(string name, int one, int other) =>
        ((delegate* unmanaged[Cdecl]<int, int, void>)NativeLibrary.GetExport(Loaded.Value, name))(one, other);

    /// <summary>Beside this file, wherever the project that compiles it is.</summary>
    private static string Source([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "host_nccl.c");

    /// <summary>What it says on standard error, warnings too; null where there is no such program.</summary>
    private static string? Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            output.GetAwaiter().GetResult();
            return process.ExitCode == 0 ? errors : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {errors}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}

/// <summary>A fact that needs a C compiler, and says so where it is skipped.</summary>
public sealed class HostNcclFactAttribute : FactAttribute
{
    public HostNcclFactAttribute() => Skip = HostNccl.Missing;
}

/// <summary>A theory that needs a C compiler, and says so where it is skipped.</summary>
public sealed class HostNcclTheoryAttribute : TheoryAttribute
{
    public HostNcclTheoryAttribute() => Skip = HostNccl.Missing;
}

/// <summary>A fact that needs NVIDIA's nccl.h beside CUDA's headers.</summary>
public sealed class NcclHeaderFactAttribute : FactAttribute
{
    /// <summary>Folders to look for headers in, <c>:</c> between them.</summary>
    public const string Variable = "CLUSTER_NCCL_INCLUDE";

    public NcclHeaderFactAttribute() => Skip = HostNccl.Missing ?? (Folders.Any(folder => System.IO.File.Exists(Path.Combine(folder, "nccl.h")))
        ? null
        : $"nccl.h is in none of the folders of {Variable}, nor in /usr/include; on machines with CUDA: apt-get install libnccl-dev");

    internal static string[] Folders { get; } = [.. (Environment.GetEnvironmentVariable(Variable) ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries), "/usr/include"];
}
