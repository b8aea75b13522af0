using System.CommandLine;
using Cluster.Silo;

namespace Cluster.Client;

/// <summary><c>cluster silo</c>: one node of a cluster.</summary>
internal static class SiloVerb
{
    private static readonly Option<string?> Config = new("--config")
    {
        Description = $"The settings file (YAML); else {SettingsReader.DefaultFile}, if it is there",
        HelpName = "FILE",
    };

    private static readonly Option<bool> Show = new("--show-settings")
    {
        Description = "Print every setting with its value and its environment variable, and stop",
    };

    /// <summary>The verb.</summary>
    public static Command Create(Terminal terminal)
    {
        Command verb = new("silo", "Run one node of a cluster until SIGTERM; each flag is also a key of silo.yaml and an environment variable") { Config, Show };
        Dictionary<Option<string?>, Setting> flags = [];
        foreach (Setting setting in SiloSettings.All)
        {
            Option<string?> flag = new(setting.Flag)
            {
                Description = $"{setting.Meaning}: {setting.Range}{(setting.Default.Length > 0 ? $" [default: {setting.Default}]" : "")}",
                HelpName = setting.Key,
            };
            flags.Add(flag, setting);
            verb.Options.Add(flag);
        }

        verb.SetAction((parsed, _) => Run(parsed, flags, terminal));
        return verb;
    }

    private static async Task<int> Run(ParseResult parsed, Dictionary<Option<string?>, Setting> flags, Terminal terminal)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        foreach ((Option<string?> flag, Setting setting) in flags)
        {
            if (parsed.GetValue(flag) is { } value)
            {
                values[setting.Key] = value;
            }
        }

        SiloSettings settings = SettingsReader.Read(parsed.GetValue(Config), SettingsReader.Environment(), values);
        if (parsed.GetValue(Show))
        {
            TextTable.Write(terminal.Out, [["KEY", "VALUE", "VARIABLE"], .. SiloSettings.All.Select(each => (string[])[each.Key, each.ValueOf(settings), each.Variable])]);
            return ExitCode.Success;
        }

        await SiloHost.Run(settings, line =>
        {
            terminal.Out.WriteLine(line);
            terminal.Out.Flush();
        });
        return ExitCode.Success;
    }
}
