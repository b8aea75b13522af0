namespace Cluster.Data;

/// <summary>What is taken from a signal before it is coded, so that it can be given back after.</summary>
/// <param name="Mean">What was subtracted; 0 where nothing was.</param>
/// <param name="Scale">What it was divided by; 1 where it was not.</param>
public readonly record struct PatchNormalization(float Mean, float Scale)
{
    /// <summary>Subtracts the mean and divides by the norm, as the options say. Sums run in double precision, in order: the same bits everywhere.</summary>
    public static PatchNormalization Apply(Span<float> signal, PatchOptions options)
    {
        float mean = 0, scale = 1;
        if (options.SubtractMean)
        {
            mean = (float)(Sum(signal, squared: false) / signal.Length);
            foreach (ref float value in signal) value -= mean;
        }

        if (options.Normalize)
        {
            scale = MathF.Max((float)Math.Sqrt(Sum(signal, squared: true)), PatchOptions.LeastNorm);
            foreach (ref float value in signal) value /= scale;
        }

        return new PatchNormalization(mean, scale);
    }

    /// <summary>Four sums side by side, always four: one alone would wait for itself at every value.</summary>
    private static double Sum(ReadOnlySpan<float> values, bool squared)
    {
        double a = 0, b = 0, c = 0, d = 0;
        int i = 0;
        for (; i <= values.Length - 4; i += 4)
        {
            double first = values[i], second = values[i + 1], third = values[i + 2], fourth = values[i + 3];
            a += squared ? first * first : first;
            b += squared ? second * second : second;
            c += squared ? third * third : third;
            d += squared ? fourth * fourth : fourth;
        }

        for (; i < values.Length; i++) a += squared ? (double)values[i] * values[i] : values[i];
        return a + b + (c + d);
    }

    /// <summary>The signal as it was.</summary>
    public void Undo(Span<float> signal)
    {
        foreach (ref float value in signal) value = (value * Scale) + Mean;
    }
}
