using System.Diagnostics;
using System.Globalization;

namespace Cluster.Numerics.Tests;

/// <summary>Runs scripts in the system's Python, where it has PyTorch.</summary>
internal static class Python
{
    /// <summary>Debian's own comes second: another python3 may stand before it in the path.</summary>
    private static readonly Lazy<string?> Interpreter = new(() => Array.Find(["python3", "/usr/bin/python3"], CanImportTorch));

    internal static bool HasTorch => Interpreter.Value is not null;

    /// <summary>What the script printed.</summary>
    internal static string Run(string script, params string[] arguments) => Run(Interpreter.Value ?? "python3", script, arguments);

    private static bool CanImportTorch(string interpreter)
    {
        try
        {
            Run(interpreter, "import torch", []);
            return true;
        }
        catch (Exception missing) when (missing is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static string Run(string interpreter, string script, string[] arguments)
    {
        var start = new ProcessStartInfo(interpreter, ["-c", script, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException(errors.GetAwaiter().GetResult());
    }

    internal static string List(IEnumerable<float> values) => "[" + string.Join(",", values.Select(value => value.ToString("R", CultureInfo.InvariantCulture))) + "]";
}

/// <summary>A fact that needs PyTorch in the system's Python, and says so where it is skipped.</summary>
public sealed class PyTorchFactAttribute : FactAttribute
{
    public PyTorchFactAttribute()
    {
        if (!Python.HasTorch) Skip = "python3 has no torch here.";
    }
}
