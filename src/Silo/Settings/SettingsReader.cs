using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Cluster.Silo;

/// <summary>
/// Reads a silo's settings: <c>silo.yaml</c>, over it the environment, over it flags. All mistakes are told at once, each
/// with its place.
/// </summary>
public static class SettingsReader
{
    /// <summary>The file that is read where none is named, if it is there.</summary>
    public const string DefaultFile = "silo.yaml";

    private const string Prefix = "CLUSTER_SILO_";

    /// <summary>Reads and validates.</summary>
    /// <param name="file">The file; null for <see cref="DefaultFile"/> where it is there.</param>
    /// <param name="environment">The environment's variables.</param>
    /// <param name="flags">Values by key, from the command line.</param>
    /// <exception cref="InputException">Something is wrong; the message has a line for each mistake.</exception>
    public static SiloSettings Read(string? file, IReadOnlyDictionary<string, string> environment, IReadOnlyDictionary<string, string> flags)
    {
        SiloSettings settings = new();
        List<string> mistakes = [];
        if (file is not null || File.Exists(DefaultFile))
        {
            TakeFile(settings, file ?? DefaultFile, mistakes, static _ => true);
        }

        foreach ((string name, string value) in environment.Where(each => each.Key.StartsWith(Prefix, StringComparison.Ordinal)).OrderBy(each => each.Key, StringComparer.Ordinal))
        {
            Take(settings, SiloSettings.All.FirstOrDefault(each => each.Variable == name), name, value, name, SiloSettings.All.Select(each => each.Variable), mistakes);
        }

        foreach ((string key, string value) in flags)
        {
            Setting? setting = SiloSettings.All.FirstOrDefault(each => each.Key == key);
            Take(settings, setting, key, value, setting?.Flag ?? key, SiloSettings.All.Select(each => each.Key), mistakes);
        }

        mistakes.AddRange(
        [
            .. NodeOptions.Mistakes(settings.Node),
            .. MembershipOptions.Mistakes(settings.Membership),
            .. FolderOptions.Mistakes(settings.Folders),
            .. HttpOptions.Mistakes(settings.Http),
            .. DeviceOptions.Mistakes(settings.Devices),
            .. TlsOptions.Mistakes(settings.Tls),
            .. ClientOptions.Mistakes(settings.Clients, settings.Node.IP),
        ]);
        return mistakes.Count == 0 ? settings : throw new InputException(string.Join("\n", mistakes));
    }

    /// <summary>
    /// What a client needs of them: the cluster's name, its certificates and its token, from <see cref="DefaultFile"/> in the present folder,
    /// where it is there, and over it from the environment. Whatever else stands there is a silo's business, and not looked at.
    /// </summary>
    /// <exception cref="InputException">One of them is wrong; the message has a line for each mistake, with its place.</exception>
    public static SiloSettings ReadForClient(IReadOnlyDictionary<string, string> environment)
    {
        SiloSettings settings = new();
        List<string> mistakes = [];
        if (File.Exists(DefaultFile))
        {
            TakeFile(settings, DefaultFile, mistakes, IsClients);
        }

        foreach (Setting setting in SiloSettings.All.Where(each => IsClients(each.Key)))
        {
            if (environment.TryGetValue(setting.Variable, out string? value))
            {
                Take(settings, setting, setting.Variable, value, setting.Variable, [], mistakes);
            }
        }

        mistakes.AddRange([.. TlsOptions.Mistakes(settings.Tls), .. ClientOptions.Mistakes(settings.Clients, silo: null)]);
        return mistakes.Count == 0 ? settings : throw new InputException(string.Join("\n", mistakes));
    }

    private static bool IsClients(string key) => key is "cluster" or "tls" or "clients"
        || key.StartsWith("tls.", StringComparison.Ordinal) || key.StartsWith("clients.", StringComparison.Ordinal);

    /// <summary>The process's environment.</summary>
    public static IReadOnlyDictionary<string, string> Environment() => System.Environment.GetEnvironmentVariables()
        .Cast<System.Collections.DictionaryEntry>()
        .ToDictionary(each => (string)each.Key, each => (string?)each.Value ?? "", StringComparer.Ordinal);

    private static void TakeFile(SiloSettings settings, string file, List<string> mistakes, Func<string, bool> wanted)
    {
        const long Longest = 1 << 20;
        YamlStream yaml = [];
        try
        {
            string text = new FileInfo(file) is { Exists: true, Length: > Longest } large
                ? throw new InputException($"the settings file {file} has {large.Length} bytes; {Longest} are the most")
                : File.ReadAllText(file);
            CheckShape(text, file);
            yaml.Load(new StringReader(text));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"the settings file {file} cannot be read: {problem.Message}");
        }
        catch (YamlException problem)
        {
            throw new InputException($"{file}:{problem.Start.Line}:{problem.Start.Column}: is no YAML: {problem.Message}");
        }
        catch (Exception problem) when (problem is ArgumentException or InvalidOperationException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            // The library lets a few of these through where a bracket stays open.
            throw new InputException($"{file}: is no YAML: a bracket, brace or quote is not closed");
        }

        foreach (YamlDocument document in yaml.Documents)
        {
            TakeMap(settings, document.RootNode, "", file, mistakes, wanted);
        }
    }

    /// <summary>Refuses deep nesting, on which the library would run out of stack, and aliases, which may stand for themselves.</summary>
    private static void CheckShape(string text, string file)
    {
        const int Deepest = 8;
        int depth = 0;
        Parser events = new(new StringReader(text));
        while (events.MoveNext())
        {
            depth += events.Current?.NestingIncrease ?? 0;
            if (depth > Deepest || events.Current is YamlDotNet.Core.Events.AnchorAlias)
            {
                throw new InputException($"{file}:{events.Current!.Start.Line}:{events.Current.Start.Column}: {(depth > Deepest ? "is nested deeper than any setting" : "an alias is not allowed; write the value out")}");
            }
        }
    }

    private static void TakeMap(SiloSettings settings, YamlNode node, string path, string file, List<string> mistakes, Func<string, bool> wanted)
    {
        if (node is not YamlMappingNode map)
        {
            mistakes.Add($"{Place(file, node)}: {(path.Length == 0 ? "the file" : path.TrimEnd('.'))} must be keys with values");
            return;
        }

        foreach ((YamlNode name, YamlNode value) in map.Children)
        {
            string key = path + name;
            if (!wanted(key))
            {
                continue;
            }

            if (SiloSettings.All.FirstOrDefault(each => each.Key == key) is { } setting)
            {
                string? problem = value is YamlScalarNode scalar ? setting.Take(settings, scalar.Value ?? "") : $"must be {setting.Range}";
                if (problem is not null)
                {
                    mistakes.Add($"{Place(file, value)}: {key} {problem}");
                }
            }
            else if (SiloSettings.All.Any(each => each.Key.StartsWith(key + ".", StringComparison.Ordinal)))
            {
                TakeMap(settings, value, key + ".", file, mistakes, wanted);
            }
            else
            {
                mistakes.Add($"{Place(file, name)}: unknown key '{Shown(key)}'{Nearest(key, SiloSettings.All.Select(each => each.Key))}");
            }
        }
    }

    private static void Take(SiloSettings settings, Setting? setting, string name, string value, string place, IEnumerable<string> known, List<string> mistakes)
    {
        string? problem = setting is null ? null : setting.Take(settings, value);
        if (setting is null)
        {
            mistakes.Add($"unknown setting '{name}'{Nearest(name, known)}");
        }
        else if (problem is not null)
        {
            mistakes.Add($"{place} {problem}");
        }
    }

    private static string Place(string file, YamlNode node) => $"{file}:{node.Start.Line}:{node.Start.Column}";

    /// <summary>A key as messages may show it: where the blank after a secret's colon was forgotten, the secret is part of the key.</summary>
    private static string Shown(string key)
    {
        string word = new([.. key.TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')]);
        string? secret = SiloSettings.All.Where(each => each.IsSecret).Select(each => each.Key).FirstOrDefault(each => word.StartsWith(each, StringComparison.Ordinal));
        return secret is not null ? secret + "..." : word.Length < key.Length ? word + "..." : word;
    }

    private static string Nearest(string name, IEnumerable<string> known) => KnownWord.Nearest(name, known) is { } near ? $"; did you mean {near}?" : "; cluster silo --help lists them";
}
