using System.CommandLine;
using Cluster.Contracts;
using Cluster.Data;

namespace Cluster.Client;

/// <summary><c>cluster data</c>: the data sets, and getting those that are not built in.</summary>
internal static class DataVerb
{
    private const string Mnist = "mnist";

    private static readonly Option<string?> Data = Flags.Data();

    private static readonly Argument<string> Name = new("NAME") { Description = "The data set: mnist" };

    private static readonly Option<string> To = new("--to")
    {
        Description = "The folder that gets the files",
        HelpName = "DIR",
        DefaultValueFactory = _ => Path.Combine("data", Mnist),
    };

    /// <summary>The verb.</summary>
    public static Command Create(Terminal terminal)
    {
        Command list = new("list", "List the data sets, where they are, or how to get them") { Data };
        list.SetAction(parsed => List(Folders.Data(parsed.GetValue(Data)), terminal));

        Name.AcceptOnlyFromAmong(Mnist);
        Command fetch = new("fetch", "Download a data set, checked by SHA-256") { Name, To };
        fetch.SetAction((parsed, cancellation) => Fetch(Folders.Full("--to", parsed.GetRequiredValue(To)), terminal, cancellation));
        return new Command("data", "The data sets: list, fetch") { list, fetch };
    }

    private static int List(string? data, Terminal terminal)
    {
        IReadOnlyList<string> folders = DatasetLocator.SearchFolders(data);
        TextTable.Write(terminal.Out,
        [
            ["NAME", "HERE", "IMAGES", "SIZE", "SPLITS", "WHERE"],
            .. DatasetCatalog.List(folders).Select(row => new[]
            {
                row.Name, row.Available ? "yes" : "no", row.Images, row.Size, string.Join(", ", row.Splits), row.Available ? Folders.Shown(row.Where) : row.Where,
            }),
        ]);
        terminal.Out.WriteLine($"Searched: {string.Join(", ", folders.Select(Folders.Shown))}");
        return ExitCode.Success;
    }

    private static async Task<int> Fetch(string folder, Terminal terminal, CancellationToken cancellation)
    {
        try
        {
            await MnistFetch.FetchAsync(folder, progress: new FetchLines(terminal.Out), cancellation: cancellation);
        }
        catch (DatasetException problem)
        {
            throw new InputException(problem.Message);
        }

        terminal.Out.WriteLine($"mnist is in {Folders.Shown(folder)}");
        return ExitCode.Success;
    }

    /// <summary>A line for each file, when it is there.</summary>
    private sealed class FetchLines(TextWriter to) : IProgress<FetchProgress>
    {
        public void Report(FetchProgress value)
        {
            if (value.Received == value.File.Length)
            {
                to.WriteLine($"{value.File.Name}  {value.File.Length} bytes{(value.AlreadyThere ? "  was there" : "")}");
            }
        }
    }
}
