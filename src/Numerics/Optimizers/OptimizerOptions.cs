using System.Runtime.CompilerServices;

namespace Cluster.Numerics;

/// <summary>An optimizer and its hyperparameters, named as in PyTorch. A value out of range is refused where it is set.</summary>
/// <param name="LearningRate">Step size, at least 0.</param>
public abstract record OptimizerOptions(double LearningRate)
{
    /// <summary>Step size, at least 0.</summary>
    public double LearningRate { get; init => field = AtLeastZero(value); } = AtLeastZero(LearningRate);

    /// <summary>Checks that concern several properties at once.</summary>
    /// <exception cref="ArgumentException">They do not go together.</exception>
    internal virtual void Validate()
    {
    }

    private protected static double AtLeastZero(double value, [CallerMemberName] string property = "") =>
        double.IsFinite(value) && value >= 0 ? value : throw Bad(property, value, "a finite number of at least 0");

    private protected static double AboveZero(double value, [CallerMemberName] string property = "") =>
        double.IsFinite(value) && value > 0 ? value : throw Bad(property, value, "a finite number above 0");

    private protected static double BelowOne(double value, [CallerMemberName] string property = "") =>
        value is >= 0 and < 1 ? value : throw Bad(property, value, "at least 0 and below 1");

    private static ArgumentException Bad(string property, double value, string right) =>
        new(FormattableString.Invariant($"{property} is {value}; it must be {right}."), property);
}
