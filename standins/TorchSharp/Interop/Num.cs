using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>A number as it crosses the C boundary, by value. Kind: -1 none, 0 integer, 1 real, 2 boolean.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct Num(long bits, int kind)
{
    internal readonly long Bits = bits;
    internal readonly int Kind = kind;

    internal static Num None => new(0, -1);
    internal static Num One => new(1, 0);
    internal static Num Of(long value) => new(value, 0);
    internal static Num Of(double value) => new(BitConverter.DoubleToInt64Bits(value), 1);
    internal static Num Of(bool value) => new(value ? 1 : 0, 2);

    internal double AsDouble => Kind == 1 ? BitConverter.Int64BitsToDouble(Bits) : Bits;
    internal long AsLong => Kind == 1 ? checked((long)BitConverter.Int64BitsToDouble(Bits)) : Bits;
}
