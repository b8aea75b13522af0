using System.Text;
using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>The reference of the experiment file, made from the schema that reads it.</summary>
public static class ExperimentReference
{
    private const string Introduction = """
        # The experiment file

        One YAML file describes one experiment. What a run computes depends on this file alone: not on how many silos, processes or restarts carried it.
        This page is made from the schema in `src/Contracts/Experiments`, and a test keeps the two equal.

        The smallest file names a model and takes every default:

        ```yaml
        model: {kind: gan}
        ```

        - A key that is not listed here is an error; so are a key that stands twice, a value of the wrong type and one out of its range. Each message gives the file, line and column, and what would be right.
        - `--set a.b=value` on the command line overrides a key of the file; the value is YAML, so `--set model.generator.hidden=[128, 256]` and `--set data=mnist` work. A section that is set as a whole takes defaults for what the flag does not name.
        - `optimizer` may hold one optimizer, which then serves all roles, or one under each role's name; not both.
        - Numbers have a decimal point and no separators: `0.0002`, `1e-4`, `20000`.
        - Anchors, aliases and tags are refused. A file is at most 1 MiB.


        """;

    /// <summary>The whole page, as <c>docs/experiment-file.md</c> holds it.</summary>
    public static string ToMarkdown()
    {
        var page = new StringBuilder(Introduction.ReplaceLineEndings("\n"));
        var start = new ExperimentFile();
        foreach (var section in Catalogue.Of(start, ExperimentFile.Describe))
        {
            page.Append("## ").Append(Title(section)).Append("\n\n");
            if (section.Meaning.Length > 0) page.Append(char.ToUpperInvariant(section.Meaning[0])).Append(section.Meaning.AsSpan(1)).Append(".\n\n");
            page.Append("| key | type | default | allowed | meaning |\n| --- | --- | --- | --- | --- |\n");
            foreach (var row in section.Rows)
                page.Append($"| `{row.Key}` | {row.Type} | {Default(row)} | {row.Range} | {row.Meaning} |\n");
            page.Append('\n');
        }
        page.Append("## Every default at once\n\n```yaml\n").Append(start.ToYaml()).Append("```\n");
        return page.ToString();
    }

    private static string Title(CatalogueSection section) =>
        section switch
        {
            { Path: "" } => "Top level",
            { Choice: "" } => $"`{section.Path}`",
            _ => $"`{section.Path}` with `{section.Choice}`",
        };

    private static string Default(CatalogueRow row) => row switch
    {
        { Default: "" or "required" } => row.Default,
        { Path: "name" } => "the file's name",
        _ => $"`{row.Default}`",
    };
}
