namespace Cluster.Grains;

/// <summary>What a rule says of the rows so far.</summary>
/// <param name="Fault">True: the fault is there; false: it is not; null: it cannot be told, and what was said before stands.</param>
/// <param name="Text">A plain sentence about the fault.</param>
/// <param name="Suggestion">What may help.</param>
internal readonly record struct Verdict(bool? Fault, string Text = "", string Suggestion = "")
{
    public static Verdict Unknown => default;

    public static Verdict Clear => new(false);

    public static Verdict Of(string text, string suggestion) => new(true, text, suggestion);
}
