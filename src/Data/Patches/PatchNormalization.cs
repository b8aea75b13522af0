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
            double sum = 0;
            foreach (float value in signal) sum += value;
            mean = (float)(sum / signal.Length);
            foreach (ref float value in signal) value -= mean;
        }

        if (options.Normalize)
        {
            double square = 0;
            foreach (float value in signal) square += (double)value * value;
            scale = MathF.Max((float)Math.Sqrt(square), PatchOptions.LeastNorm);
            foreach (ref float value in signal) value /= scale;
        }

        return new PatchNormalization(mean, scale);
    }

    /// <summary>The signal as it was.</summary>
    public void Undo(Span<float> signal)
    {
        foreach (ref float value in signal) value = (value * Scale) + Mean;
    }
}
