using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Numerics;

/// <summary>
/// The operations of a tensor that take a number, under PyTorch's names in capitals; a trailing underscore works in place.
/// <para>TorchSharp hands a number to libtorch as a <see cref="Scalar"/>, an object with a finalizer, and keeps nothing of it alive while
/// libtorch reads it: <c>x * 0.5</c>, <c>x.pow(2)</c>, and even <c>x + y</c>, whose factor of one is such a number, fail now and then with
/// "Expected false to be true", or read another number, when a garbage collection falls into the call. Here every number has an owner
/// that frees it after the call. So nothing outside this class and <see cref="TensorComparison"/> converts a number into a Scalar, and a
/// test reads the assemblies for it.</para>
/// <para>A whole number stays whole: <c>Mul(2)</c> keeps the type of a tensor of integers, <c>Mul(2.0)</c> makes it real.</para>
/// </summary>
public static class TensorArithmetic
{
    // Immortal: they serve every thread, and nobody disposes them.
    private static readonly Scalar _one = 1L.ToScalar();
    private static readonly Scalar _two = 2L.ToScalar();

    /// <summary>left + right, in the broadcast shape of both.</summary>
    public static Tensor Add(this Tensor left, Tensor right) => left.add(right, _one);

    /// <summary>left + factor · right.</summary>
    public static Tensor Add(this Tensor left, Tensor right, double factor)
    {
        using var number = factor.ToScalar();
        return left.add(right, number);
    }

    public static Tensor Add(this Tensor left, double right)
    {
        using var number = right.ToScalar();
        return left.add(number, _one);
    }

    public static Tensor Add(this Tensor left, long right)
    {
        using var number = right.ToScalar();
        return left.add(number, _one);
    }

    public static Tensor Add_(this Tensor left, Tensor right) => left.add_(right, _one);

    /// <summary>left becomes left + factor · right.</summary>
    public static Tensor Add_(this Tensor left, Tensor right, double factor)
    {
        using var number = factor.ToScalar();
        return left.add_(right, number);
    }

    public static Tensor Add_(this Tensor left, double right)
    {
        using var number = right.ToScalar();
        return left.add_(number, _one);
    }

    public static Tensor Add_(this Tensor left, long right)
    {
        using var number = right.ToScalar();
        return left.add_(number, _one);
    }

    public static Tensor Sub(this Tensor left, double right)
    {
        using var number = right.ToScalar();
        return left.sub(number);
    }

    public static Tensor Sub(this Tensor left, long right)
    {
        using var number = right.ToScalar();
        return left.sub(number);
    }

    /// <summary>left − tensor: the tensor is what is taken away.</summary>
    public static Tensor SubtractedFrom(this Tensor tensor, double left)
    {
        using var number = left.ToScalar();
        using var negative = tensor.neg();
        return negative.add(number, _one);
    }

    /// <inheritdoc cref="SubtractedFrom(Tensor, double)"/>
    public static Tensor SubtractedFrom(this Tensor tensor, long left)
    {
        using var number = left.ToScalar();
        using var negative = tensor.neg();
        return negative.add(number, _one);
    }

    public static Tensor Mul(this Tensor left, double right)
    {
        using var number = right.ToScalar();
        return left.mul(number);
    }

    public static Tensor Mul(this Tensor left, long right)
    {
        using var number = right.ToScalar();
        return left.mul(number);
    }

    public static Tensor Mul_(this Tensor left, double right)
    {
        using var number = right.ToScalar();
        return left.mul_(number);
    }

    public static Tensor Div(this Tensor left, double right)
    {
        using var number = right.ToScalar();
        return left.div(number);
    }

    public static Tensor Div(this Tensor left, long right)
    {
        using var number = right.ToScalar();
        return left.div(number);
    }

    public static Tensor Div_(this Tensor left, double right)
    {
        using var number = right.ToScalar();
        return left.div_(number);
    }

    /// <summary>The remainder of a division by a whole number, with the divisor's sign.</summary>
    public static Tensor Remainder(this Tensor left, long right)
    {
        using var number = right.ToScalar();
        return left.remainder(number);
    }

    /// <summary>Every element's square.</summary>
    public static Tensor Square(this Tensor tensor) => tensor.pow(_two);

    public static Tensor Pow(this Tensor tensor, long exponent)
    {
        using var number = exponent.ToScalar();
        return tensor.pow(number);
    }

    /// <summary>tensor + left · right.</summary>
    public static Tensor AddCMul(this Tensor tensor, Tensor left, Tensor right) => tensor.addcmul(left, right, _one);

    /// <summary>tensor becomes tensor + factor · left · right.</summary>
    public static Tensor AddCMul_(this Tensor tensor, Tensor left, Tensor right, double factor)
    {
        using var number = factor.ToScalar();
        return tensor.addcmul_(left, right, number);
    }

    /// <summary>tensor becomes tensor + factor · left / right.</summary>
    public static Tensor AddCDiv_(this Tensor tensor, Tensor left, Tensor right, double factor)
    {
        using var number = factor.ToScalar();
        return tensor.addcdiv_(left, right, number);
    }

    /// <summary>Every element becomes <paramref name="value"/>.</summary>
    public static Tensor Fill_(this Tensor tensor, double value)
    {
        using var number = value.ToScalar();
        return tensor.fill_(number);
    }

    /// <summary>Every element becomes <paramref name="value"/> where the mask, of a shape that broadcasts to the tensor's, is true.</summary>
    public static Tensor MaskedFill_(this Tensor tensor, Tensor mask, double value)
    {
        using var number = value.ToScalar();
        return tensor.masked_fill_(mask, number);
    }

    /// <summary>x where it is positive, slope · x where it is not.</summary>
    public static Tensor LeakyRelu(this Tensor x, double slope)
    {
        using var number = slope.ToScalar();
        return x.leaky_relu(number);
    }

    /// <summary>x where it is positive, exp(x) − 1 where it is not.</summary>
    public static Tensor Elu(this Tensor x) => x.elu(_one, _one, _one);

    /// <summary>log(1 + exp(x)) = −log sigmoid(−x): of the two forms the one that takes no number.</summary>
    public static Tensor Softplus(this Tensor x)
    {
        using var negative = x.neg();
        using var log = negative.log_sigmoid();
        return log.neg();
    }

    /// <summary>The value of a tensor of one element of any type.</summary>
    public static double AsDouble(this Tensor tensor)
    {
        using var number = tensor.ToScalar();
        return number.ToDouble();
    }

    /// <inheritdoc cref="AsDouble"/>
    public static long AsInt64(this Tensor tensor)
    {
        using var number = tensor.ToScalar();
        return number.ToInt64();
    }

    /// <inheritdoc cref="AsDouble"/>
    public static bool AsBoolean(this Tensor tensor)
    {
        using var number = tensor.ToScalar();
        return number.ToBoolean();
    }

    /// <summary>start, start + 1, … below stop: a vector of <paramref name="type"/> on <paramref name="device"/>.</summary>
    public static Tensor Arange(long start, long stop, ScalarType type, Device device)
    {
        using var first = start.ToScalar();
        using var end = stop.ToScalar();
        return arange(first, end, _one, type, device);
    }

    /// <summary>A vector of <paramref name="count"/> equal elements.</summary>
    public static Tensor Full(long count, double value, ScalarType type, Device device)
    {
        using var number = value.ToScalar();
        return full(count, number, type, device);
    }

    /// <summary>Equal elements in the shape, of the type and on the device of <paramref name="tensor"/>.</summary>
    public static Tensor FullLike(this Tensor tensor, double value)
    {
        using var number = value.ToScalar();
        return full_like(tensor, number);
    }
}
