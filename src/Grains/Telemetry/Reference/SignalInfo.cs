namespace Cluster.Grains;

/// <summary>What a figure of a row is.</summary>
/// <param name="Name">Its name, with <c>{role}</c> or <c>{i}</c> for a part that varies.</param>
/// <param name="Unit">Its unit by the conventions of UCUM; 1 for none.</param>
/// <param name="Families">The kinds of models that have it; <c>all</c>.</param>
/// <param name="Meaning">One sentence.</param>
/// <param name="IsOfTime">Whether it depends on clocks; all others follow from the experiment file.</param>
internal sealed record SignalInfo(string Name, string Unit, string Families, string Meaning, bool IsOfTime = false);
