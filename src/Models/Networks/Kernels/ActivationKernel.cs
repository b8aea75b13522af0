using System.Runtime.Intrinsics;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models;

/// <summary>
/// Activations and their derivatives in place, without autograd. On the CPU in float32 one pass of vector code; elsewhere tensor
/// operations. Every derivative is a function of the activation's own value.
/// </summary>
internal static class ActivationKernel
{
    /// <summary>Replaces x by f(x).</summary>
    public static void Apply(Activation activation, Tensor x)
    {
        if (IsPlain(x) && activation.Kind == ActivationKind.Tanh)
        {
            PairPass.Run(default(Tanh), x.AsFloats(), x.AsFloats());
        }
        else if (IsPlain(x) && activation.Kind == ActivationKind.Sigmoid)
        {
            PairPass.Run(default(Sigmoid), x.AsFloats(), x.AsFloats());
        }
        else
        {
            using DisposeScope scope = NewDisposeScope();
            x.copy_(activation.Apply(x));
        }
    }

    /// <summary>Multiplies a gradient by f′, from y = f(x).</summary>
    public static void Backward(Activation activation, Tensor y, Tensor gradient)
    {
        if (!IsPlain(y) || !IsPlain(gradient))
        {
            using DisposeScope scope = NewDisposeScope();
            gradient.mul_(Slope(activation, y));
            return;
        }

        Span<float> into = gradient.AsFloats();
        ReadOnlySpan<float> values = y.AsFloats();
        switch (activation.Kind)
        {
            case ActivationKind.Tanh:
                PairPass.Run(default(TanhSlope), into, values);
                break;
            case ActivationKind.Sigmoid:
                PairPass.Run(default(SigmoidSlope), into, values);
                break;
            case ActivationKind.Elu:
                PairPass.Run(default(EluSlope), into, values);
                break;
            default:
                PairPass.Run(new RectifierSlope(activation.Kind == ActivationKind.Relu ? 0 : (float)activation.Slope), into, values);
                break;
        }
    }

    /// <summary>f′ from y = f(x).</summary>
    private static Tensor Slope(Activation activation, Tensor y) => activation.Kind switch
    {
        ActivationKind.Tanh => y.Square().SubtractedFrom(1),
        ActivationKind.Sigmoid => y * y.SubtractedFrom(1),
        ActivationKind.Elu => y.ClampMax(0).Add(1),
        ActivationKind.Relu => y.Gt(0).to(y.dtype),
        ActivationKind.LeakyRelu => y.Gt(0).to(y.dtype).Mul(1 - activation.Slope).Add(activation.Slope),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation.Kind, "unknown activation"),
    };

    /// <summary>Whether the vector code takes it.</summary>
    public static bool IsPlain(Tensor x) => x.device_type == DeviceType.CPU && x.dtype == ScalarType.Float32 && x.is_contiguous();

    private readonly struct Tanh : IPairFunction
    {
        public Vector256<float> Apply(Vector256<float> value, Vector256<float> other) => VectorMath.Tanh(value);
    }

    private readonly struct Sigmoid : IPairFunction
    {
        public Vector256<float> Apply(Vector256<float> value, Vector256<float> other) =>
            Vector256<float>.One / (VectorMath.Exp(-value) + Vector256<float>.One);
    }

    private readonly struct TanhSlope : IPairFunction
    {
        public Vector256<float> Apply(Vector256<float> value, Vector256<float> other) => value * (Vector256<float>.One - (other * other));
    }

    private readonly struct SigmoidSlope : IPairFunction
    {
        public Vector256<float> Apply(Vector256<float> value, Vector256<float> other) => value * (other * (Vector256<float>.One - other));
    }

    private readonly struct EluSlope : IPairFunction
    {
        public Vector256<float> Apply(Vector256<float> value, Vector256<float> other) =>
            value * (Vector256.MinNative(other, Vector256<float>.Zero) + Vector256<float>.One);
    }

    private readonly struct RectifierSlope(float below) : IPairFunction
    {
        private readonly Vector256<float> _below = Vector256.Create(below);

        public Vector256<float> Apply(Vector256<float> value, Vector256<float> other) =>
            Vector256.ConditionalSelect(Vector256.GreaterThan(other, Vector256<float>.Zero), value, value * _below);
    }
}
