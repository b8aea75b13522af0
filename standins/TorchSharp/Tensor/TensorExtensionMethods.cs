using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>Tensors of one element to numbers, converted from any element type; element sizes.</summary>
public static unsafe class TensorExtensionMethods
{
    public static float ToSingle(this Tensor value) => (float)value.ToDouble();

    public static double ToDouble(this Tensor value)
    {
        double item;
        Native.Check(Native.ct_item_double(value.Handle, &item));
        GC.KeepAlive(value);
        return item;
    }

    public static long ToInt64(this Tensor value)
    {
        long item;
        Native.Check(Native.ct_item_long(value.Handle, &item));
        GC.KeepAlive(value);
        return item;
    }

    public static Half ToHalf(this Tensor value) => (Half)value.ToDouble();
    public static sbyte ToSByte(this Tensor value) => checked((sbyte)value.ToInt64());
    public static byte ToByte(this Tensor value) => checked((byte)value.ToInt64());
    public static short ToInt16(this Tensor value) => checked((short)value.ToInt64());
    public static int ToInt32(this Tensor value) => checked((int)value.ToInt64());
    public static bool ToBoolean(this Tensor value) => value.ToScalar().ToBoolean();

    /// <summary>Bytes of one element.</summary>
    public static int ElementSize(this ScalarType type) => type switch
    {
        ScalarType.Byte or ScalarType.Int8 or ScalarType.Bool => 1,
        ScalarType.Int16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
        ScalarType.Int32 or ScalarType.Float32 => 4,
        ScalarType.Int64 or ScalarType.Float64 or ScalarType.ComplexFloat32 => 8,
        ScalarType.ComplexFloat64 => 16,
        _ => throw new NotSupportedException($"elements of type {type} have no fixed size"),
    };

    /// <summary>How many elements a shape has.</summary>
    public static long TotalSize(this IEnumerable<long> shape)
    {
        var total = 1L;
        foreach (var size in shape) total *= size;
        return total;
    }
}
