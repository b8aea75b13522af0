namespace Cluster.Numerics.Tests;

/// <summary>Box and Muller with Moshier's polynomials, one number at a time: what the vector code must equal to the bit.</summary>
internal static class ScalarBoxMuller
{
    internal static (float First, float Second) Pair(uint radiusWord, uint angleWord)
    {
        var u = (int)(radiusWord >> 1) * 4.656612873077393e-10f + 2.3283064365386963e-10f;
        var radius = MathF.Sqrt(-2f * Log(u));

        var quadrant = (angleWord + 0x20000000u) >> 30;
        var angle = (int)(angleWord - (quadrant << 30)) * (float)(Math.Tau / 4294967296.0);
        var square = angle * angle;
        var sin = ((-1.9515295891E-4f * square + 8.3321608736E-3f) * square + -1.6666654611E-1f) * square * angle + angle;
        var cos = ((2.443315711809948E-5f * square + -1.388731625493765E-3f) * square + 4.166664568298827E-2f) * square * square - 0.5f * square + 1f;
        var (c, s) = quadrant switch { 0 => (cos, sin), 1 => (-sin, cos), 2 => (-cos, -sin), _ => (sin, -cos) };
        return (radius * c, radius * s);
    }

    private static float Log(float x)
    {
        var bits = BitConverter.SingleToInt32Bits(x) + (0x3F800000 - 0x3F3504F3);
        float exponent = (bits >> 23) - 127;
        var m = BitConverter.Int32BitsToSingle((bits & 0x7FFFFF) + 0x3F3504F3) - 1f;
        var square = m * m;
        var p = 7.0376836292E-2f;
        foreach (var coefficient in Coefficients) p = p * m + coefficient;
        var rest = p * m * square;
        rest += exponent * -2.12194440E-4f;
        rest -= 0.5f * square;
        return m + rest + exponent * 0.693359375f;
    }

    private static readonly float[] Coefficients =
    [
        -1.1514610310E-1f, 1.1676998740E-1f, -1.2420140846E-1f, 1.4249322787E-1f, -1.6668057665E-1f,
        2.0000714765E-1f, -2.4999993993E-1f, 3.3333331174E-1f,
    ];
}
