using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Numerics;

/// <summary>
/// A tensor's elements against one number: comparisons, which give a tensor of booleans of the same shape, and limits. As in
/// <see cref="TensorArithmetic"/>, every number has an owner until libtorch has read it.
/// </summary>
public static class TensorComparison
{
    public static Tensor Eq(this Tensor tensor, double value)
    {
        using var number = value.ToScalar();
        return tensor.eq(number);
    }

    public static Tensor Eq(this Tensor tensor, long value)
    {
        using var number = value.ToScalar();
        return tensor.eq(number);
    }

    public static Tensor Ne(this Tensor tensor, double value)
    {
        using var number = value.ToScalar();
        return tensor.ne(number);
    }

    public static Tensor Ne(this Tensor tensor, long value)
    {
        using var number = value.ToScalar();
        return tensor.ne(number);
    }

    public static Tensor Gt(this Tensor tensor, double value)
    {
        using var number = value.ToScalar();
        return tensor.gt(number);
    }

    public static Tensor Gt(this Tensor tensor, long value)
    {
        using var number = value.ToScalar();
        return tensor.gt(number);
    }

    public static Tensor Ge(this Tensor tensor, double value)
    {
        using var number = value.ToScalar();
        return tensor.ge(number);
    }

    public static Tensor Ge(this Tensor tensor, long value)
    {
        using var number = value.ToScalar();
        return tensor.ge(number);
    }

    public static Tensor Lt(this Tensor tensor, double value)
    {
        using var number = value.ToScalar();
        return tensor.lt(number);
    }

    public static Tensor Lt(this Tensor tensor, long value)
    {
        using var number = value.ToScalar();
        return tensor.lt(number);
    }

    public static Tensor Le(this Tensor tensor, double value)
    {
        using var number = value.ToScalar();
        return tensor.le(number);
    }

    public static Tensor Le(this Tensor tensor, long value)
    {
        using var number = value.ToScalar();
        return tensor.le(number);
    }

    /// <summary>Elements below <paramref name="low"/> become it.</summary>
    public static Tensor ClampMin(this Tensor tensor, double low)
    {
        using var number = low.ToScalar();
        return tensor.clamp_min(number);
    }

    /// <inheritdoc cref="ClampMin"/>
    public static Tensor ClampMin_(this Tensor tensor, double low)
    {
        using var number = low.ToScalar();
        return tensor.clamp_min_(number);
    }

    /// <summary>Elements above <paramref name="high"/> become it.</summary>
    public static Tensor ClampMax(this Tensor tensor, double high)
    {
        using var number = high.ToScalar();
        return tensor.clamp_max(number);
    }

    /// <summary>Elements outside [low, high] become the nearer end.</summary>
    public static Tensor Clamp(this Tensor tensor, double low, double high)
    {
        using var least = low.ToScalar();
        using var most = high.ToScalar();
        return tensor.clamp(least, most);
    }

    /// <inheritdoc cref="Clamp(Tensor, double, double)"/>
    public static Tensor Clamp(this Tensor tensor, long low, long high)
    {
        using var least = low.ToScalar();
        using var most = high.ToScalar();
        return tensor.clamp(least, most);
    }

    /// <inheritdoc cref="Clamp(Tensor, double, double)"/>
    public static Tensor Clamp_(this Tensor tensor, double low, double high)
    {
        using var least = low.ToScalar();
        using var most = high.ToScalar();
        return tensor.clamp_(least, most);
    }

    /// <inheritdoc cref="Clamp(Tensor, double, double)"/>
    public static Tensor Clamp_(this Tensor tensor, long low, long high)
    {
        using var least = low.ToScalar();
        using var most = high.ToScalar();
        return tensor.clamp_(least, most);
    }
}
