namespace Cluster.Numerics;

/// <summary>The state vectors of a step, as many as its kernel uses, and where their new values go: in most steps the same memory.</summary>
internal readonly ref struct StateSpans
{
    internal Span<float> From0 { get; init; }

    internal Span<float> From1 { get; init; }

    internal Span<float> From2 { get; init; }

    internal Span<float> To0 { get; init; }

    internal Span<float> To1 { get; init; }

    internal Span<float> To2 { get; init; }

    /// <summary>Whether the new values go elsewhere.</summary>
    internal bool AreApart => From0 != To0;

    internal StateSpans Slice(int first, int count) => new()
    {
        From0 = Part(From0, first, count),
        From1 = Part(From1, first, count),
        From2 = Part(From2, first, count),
        To0 = Part(To0, first, count),
        To1 = Part(To1, first, count),
        To2 = Part(To2, first, count),
    };

    internal bool HaveLength(int states, int length) =>
        (states < 1 || (From0.Length == length && To0.Length == length))
        && (states < 2 || (From1.Length == length && To1.Length == length))
        && (states < 3 || (From2.Length == length && To2.Length == length));

    private static Span<float> Part(Span<float> state, int first, int count) => state.IsEmpty ? default : state.Slice(first, count);
}
