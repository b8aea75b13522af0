using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Channels;

namespace Cluster.Client.Tests;

/// <summary>The command in a process of its own, which signals can reach.</summary>
internal sealed partial class Child : IDisposable
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private Child(Process process)
    {
        _process = process;
        _output = ReadOutput();
        _error = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts the command.</summary>
    public static Child Start(Workplace workplace, params string[] args) => StartFrom(AppContext.BaseDirectory, workplace, args);

    /// <summary>Starts the command of another folder.</summary>
    public static Child StartFrom(string folder, Workplace workplace, params string[] args)
    {
        ProcessStartInfo start = new("env")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workplace.Root,
        };

        // A test run in the background of a shell has SIGINT ignored, and children inherit that.
        start.ArgumentList.Add("--default-signal=INT,TERM");
        start.ArgumentList.Add(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet");
        start.ArgumentList.Add(Path.Combine(folder, "Cluster.Client.dll"));
        foreach (string arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        return new Child(Process.Start(start)!);
    }

    /// <summary>Sends a signal.</summary>
    public void Signal(int signal) => Assert.Equal(0, Send(_process.Id, signal));

    /// <summary>Sends a signal again and again, as an impatient person does.</summary>
    public async Task<Outcome> SignalUntilEnd(int signal)
    {
        while (!_process.HasExited)
        {
            _ = Send(_process.Id, signal);
            await Task.Delay(100);
        }

        return await End();
    }

    /// <summary>Waits until a file is there.</summary>
    public async Task Until(string path)
    {
        using CancellationTokenSource patience = new(Patience);
        while (!File.Exists(path))
        {
            Assert.False(_process.HasExited && !File.Exists(path), "the process ended before it wrote " + path);
            await Task.Delay(5, patience.Token);
        }
    }

    /// <summary>Waits for the next line of output that begins so.</summary>
    public async Task<string> Line(string begins)
    {
        using CancellationTokenSource patience = new(Patience);
        await foreach (string line in _lines.Reader.ReadAllAsync(patience.Token))
        {
            if (line.StartsWith(begins, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new InvalidOperationException($"the process ended before it wrote '{begins}': {await _error}");
    }

    /// <summary>Waits for its end. After a signal, the exit code is 128 and the signal's number.</summary>
    public async Task<Outcome> End()
    {
        using CancellationTokenSource patience = new(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return new Outcome(_process.ExitCode, await _output, await _error);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private async Task<string> ReadOutput()
    {
        StringBuilder all = new();
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            all.Append(line).Append('\n');
            _lines.Writer.TryWrite(line);
        }

        _lines.Writer.Complete();
        return all.ToString();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int process, int signal);
}
