using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>The rule for names of experiments and pools: they become names of folders and of Kubernetes objects, and parts of grain keys.</summary>
public static class ExperimentName
{
    private const int MaxLength = 64;

    internal static readonly Form<string> Form = new TextForm(
        "a name of small letters, digits and hyphens that begins with a letter or digit, at most 64 characters", IsValid);

    /// <summary>Whether a text can be a name.</summary>
    public static bool IsValid(string text) => text.Length is > 0 and <= MaxLength && text[0] != '-' && text.All(Allowed);

    /// <summary>The default name: the file's base name, with every character that a name cannot hold made a hyphen.</summary>
    public static string FromFile(string fileName)
    {
        var name = Path.GetFileNameWithoutExtension(fileName).ToLowerInvariant();
        var slug = new string([.. name.Select(c => Allowed(c) ? c : '-').Take(MaxLength)]).Trim('-');
        return slug.Length > 0 ? slug : "experiment";
    }

    private static bool Allowed(char c) => c is >= 'a' and <= 'z' or >= '0' and <= '9' or '-';
}
