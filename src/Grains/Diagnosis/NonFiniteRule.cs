using Cluster.Contracts;

namespace Cluster.Grains;

/// <summary>A loss, a gradient or a signal is infinite or not a number.</summary>
internal sealed class NonFiniteRule() : Rule("non-finite", Severity.Critical, "a loss, a gradient or a signal is infinite or not a number; gone when a whole row is finite again")
{
    private const string Suggestion = "lower optimizer.learningRate, set optimizer.clipNorm, or let onNonFinite: skip leave such updates out";

    /// <inheritdoc/>
    public override Verdict Judge(SignalHistory rows) =>
        rows.Newest.Figures.Where(each => !double.IsFinite(each.Value)).Select(each => each.Key).ToArray() is [var first, ..]
            ? Verdict.Of($"{first} is not a finite number at step {rows.Newest.Step}", Suggestion)
            : Verdict.Clear;

    /// <summary>The finding of a step that failed for it.</summary>
    public Finding Find(NonFiniteException problem) => new(this, true, problem.Message, Suggestion);
}
