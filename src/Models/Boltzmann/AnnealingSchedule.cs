namespace Cluster.Models.Boltzmann;

/// <summary>Inverse temperatures from the base rate model, β = 0, to the machine, β = 1.</summary>
public static class AnnealingSchedule
{
    /// <summary>
    /// The spacing of Salakhutdinov and Murray 2008: of 14,500 steps 500 up to 0.5, 4,000 up to 0.9 and 10,000 up to 1; in these
    /// proportions.
    /// </summary>
    /// <param name="steps">At least 2.</param>
    /// <returns>steps + 1 values, rising from 0 to 1.</returns>
    public static double[] Salakhutdinov(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 2);
        return [.. Enumerable.Range(0, steps + 1).Select(step => At(14_500.0 * step / steps))];
    }

    private static double At(double place) => place switch
    {
        <= 500 => 0.5 * place / 500,
        <= 4500 => 0.5 + (0.4 * (place - 500) / 4000),
        < 14_500 => 0.9 + (0.1 * (place - 4500) / 10_000),
        _ => 1,
    };
}
