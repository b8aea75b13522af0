using System.Globalization;

namespace Cluster.Grains;

/// <summary>The generator makes nearly the same image whatever its input.</summary>
internal sealed class ModeCollapseRule() : Rule(
    "mode-collapse",
    Severity.Warning,
    string.Create(CultureInfo.InvariantCulture, $"gan: after {Settled} rows, diversity is below {Alike:0.00} in {Rows} rows, or classCoverage below {Few:0.00}"))
{
    /// <summary>Mean squared distance of fakes, beside that of data.</summary>
    private const double Alike = 0.1;

    /// <summary>Share of the data's classes.</summary>
    private const double Few = 0.25;

    private const int Rows = 10;

    /// <summary>An untrained generator makes all the same.</summary>
    private const int Settled = 30;

    /// <inheritdoc/>
    public override Verdict Judge(SignalHistory rows)
    {
        const string suggestion = "lower optimizer.generator.learningRate, train the discriminator more (model.discriminatorSteps), or let it compare fakes (model.discriminator.minibatchKernels)";
        if (rows.Count < Settled)
        {
            return Verdict.Unknown;
        }

        Verdict alike = Lasting(rows, "diversity", Rows, value => value < Alike, value => Verdict.Of(
            string.Create(CultureInfo.InvariantCulture, $"the generator has collapsed: its images differ {value:0%} as much as the data do"), suggestion));
        Verdict few = Lasting(rows, "classCoverage", Rows, value => value < Few, value => Verdict.Of(
            string.Create(CultureInfo.InvariantCulture, $"the generator has collapsed: its images look like {value:0%} of the classes"), suggestion));
        return alike.Fault == true ? alike : few.Fault == true ? few
            : alike.Fault == false && few.Fault != null ? Verdict.Clear
            : alike.Fault == false && rows.Last("classCoverage", 1).Count == 0 ? Verdict.Clear
            : Verdict.Unknown;
    }
}
