using System.Diagnostics;

namespace Cluster.Silo.Tests;

/// <summary>Programs of the machine that tests set their scene with.</summary>
internal static class Shell
{
    /// <summary>Runs one to its end.</summary>
    /// <returns>What it printed.</returns>
    public static async Task<string> Good(params string[] words)
    {
        (int code, string output, string error) = await Run(words);
        Assert.True(code == 0, $"{string.Join(' ', words)}: exit code {code}\n{output}\n{error}");
        return output;
    }

    /// <summary>Runs one to its end, whatever it is.</summary>
    public static async Task<(int Code, string Out, string Error)> Run(params string[] words)
    {
        using Process process = Start(words);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Place.Limit);
        return (process.ExitCode, await output, await error);
    }

    /// <summary>Starts one whose output goes to a file, behind what is there.</summary>
    public static Process Start(string log, params string[] words) =>
        Start(["/bin/sh", "-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", log, .. words]);

    private static Process Start(string[] words)
    {
        bool files = words[0] == "/bin/sh";
        ProcessStartInfo start = new(words[0]) { UseShellExecute = false, RedirectStandardOutput = !files, RedirectStandardError = !files };
        foreach (string word in words[1..])
        {
            start.ArgumentList.Add(word);
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{words[0]} does not start");
    }
}
