using System.CommandLine;
using System.Net;
using Cluster.Contracts;
using Cluster.Dashboard;

namespace Cluster.Client;

/// <summary><c>cluster dashboard</c>: pages on a folder of runs, with no silo.</summary>
internal static class DashboardVerb
{
    private static readonly Argument<string> RunsArgument = new("RUNS")
    {
        Description = "The folder that holds all runs",
        DefaultValueFactory = _ => Flags.DefaultRuns,
    };

    private static readonly Option<int?> Port = new("--port")
    {
        Description = "The port to listen on, 0 for any that is free (default: the first free one from 8420 on)",
        HelpName = "N",
    };

    private static readonly Option<string> Listen = new("--listen")
    {
        Description = "The address to listen on; any other than the default lets whoever reaches it read the runs",
        HelpName = "ADDRESS",
        DefaultValueFactory = _ => "127.0.0.1",
    };

    /// <summary>The verb.</summary>
    public static Command Create(Terminal terminal)
    {
        Command verb = new("dashboard", "Show a folder of runs in the browser: live charts, pictures, events") { RunsArgument, Port, Listen };
        verb.SetAction((parsed, cancellation) => Run(parsed, terminal, cancellation));
        return verb;
    }

    private static async Task<int> Run(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        string runs = Folders.Full("RUNS", parsed.GetRequiredValue(RunsArgument));
        if (!Directory.Exists(runs))
        {
            throw new InputException($"there is no folder {runs}; name the one that holds the runs");
        }

        int? port = parsed.GetValue(Port);
        if (port is < 0 or > IPEndPoint.MaxPort)
        {
            throw new InputException($"--port {port} is out of range; 0 to {IPEndPoint.MaxPort}");
        }

        string listen = parsed.GetRequiredValue(Listen);
        if (!IPAddress.TryParse(listen, out IPAddress? address))
        {
            throw new InputException($"--listen {listen} is no IP address; as in 127.0.0.1 or 0.0.0.0");
        }

        using StopSignals stop = new();
        await using DashboardServer server = await DashboardServer.Start(new DashboardOptions { Runs = runs, Address = address, Port = port });
        terminal.Out.WriteLine($"Dashboard of {Folders.Shown(runs)}: {server.Address}");
        if (!IPAddress.IsLoopback(address))
        {
            terminal.Error.WriteLine($"warning: whoever reaches {listen} can read these runs");
        }

        terminal.Out.WriteLine("Ctrl-C stops it");
        await stop.Asked.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ExitCode.Success;
    }
}
