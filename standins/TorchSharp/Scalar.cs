using TorchSharp.Interop;

namespace TorchSharp;

/// <summary>A number as an operand of a tensor operation: integer, real or boolean, as libtorch tells them apart.</summary>
public sealed class Scalar : IDisposable
{
    internal readonly Num Value;

    internal Scalar(Num value) => Value = value;

    public static implicit operator Scalar(byte value) => new(Num.Of((long)value));
    public static implicit operator Scalar(sbyte value) => new(Num.Of((long)value));
    public static implicit operator Scalar(short value) => new(Num.Of((long)value));
    public static implicit operator Scalar(int value) => new(Num.Of((long)value));
    public static implicit operator Scalar(long value) => new(Num.Of(value));
    public static implicit operator Scalar(Half value) => new(Num.Of((double)value));
    public static implicit operator Scalar(float value) => new(Num.Of((double)value));
    public static implicit operator Scalar(double value) => new(Num.Of(value));
    public static implicit operator Scalar(bool value) => new(Num.Of(value));

    /// <summary>Int64, Float64 or Bool: the widest type of the number's kind.</summary>
    public torch.ScalarType Type => Value.Kind switch
    {
        0 => torch.ScalarType.Int64,
        1 => torch.ScalarType.Float64,
        _ => torch.ScalarType.Bool,
    };

    /// <summary>Nothing is held; it is here because the real class holds native memory and callers may dispose it.</summary>
    public void Dispose()
    {
    }

    internal static Num Or(Scalar? scalar, Num otherwise) => scalar is null ? otherwise : scalar.Value;
}
