using TorchSharp.Interop;

namespace TorchSharp;

/// <summary>Numbers to scalars and back.</summary>
public static class ScalarExtensionMethods
{
    public static Scalar ToScalar(this byte value) => value;
    public static Scalar ToScalar(this short value) => value;
    public static Scalar ToScalar(this int value) => value;
    public static Scalar ToScalar(this long value) => value;
    public static Scalar ToScalar(this float value) => value;
    public static Scalar ToScalar(this double value) => value;
    public static Scalar ToScalar(this bool value) => value;

    public static float ToSingle(this Scalar value) => (float)value.Value.AsDouble;
    public static double ToDouble(this Scalar value) => value.Value.AsDouble;
    public static byte ToByte(this Scalar value) => checked((byte)value.Value.AsLong);
    public static short ToInt16(this Scalar value) => checked((short)value.Value.AsLong);
    public static int ToInt32(this Scalar value) => checked((int)value.Value.AsLong);
    public static long ToInt64(this Scalar value) => value.Value.AsLong;
    public static bool ToBoolean(this Scalar value) => value.Value.Kind == 1 ? value.Value.AsDouble != 0 : value.Value.Bits != 0;
}
