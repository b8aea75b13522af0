using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Numerics;

/// <summary>Adam and AdamW: they differ only in where the weight decay goes.</summary>
internal sealed class FlatAdam : FlatOptimizer
{
    private readonly double beta1, beta2, epsilon, gradientDecay, valueDecay;

    internal FlatAdam(AdamOptions options, long count, Device device, ScalarType dtype)
        : base(options, options.WeightDecay, count, device, dtype)
    {
        (beta1, beta2, epsilon, gradientDecay, valueDecay) = (options.Beta1, options.Beta2, options.Epsilon, options.WeightDecay, 0);
        AddState("exp_avg");
        AddState("exp_avg_sq");
    }

    internal FlatAdam(AdamWOptions options, long count, Device device, ScalarType dtype)
        : base(options, 0, count, device, dtype)
    {
        (beta1, beta2, epsilon, gradientDecay, valueDecay) = (options.Beta1, options.Beta2, options.Epsilon, 0, options.WeightDecay);
        AddState("exp_avg");
        AddState("exp_avg_sq");
    }

    private double StepSize => LearningRate / (1 - Power(beta1, Steps + 1));

    private double RootCorrection => Math.Sqrt(1 - Power(beta2, Steps + 1));

    private protected override void StepFused(Span<float> values, ReadOnlySpan<float> gradients, int offset, float gradientScale) =>
        Fuse(new Kernel(this, gradientScale), values, gradients, offset);

    private protected override void StepTensors(Tensor values, Tensor gradients)
    {
        Tensor mean = State[0].Value, square = State[1].Value;
        if (valueDecay != 0) values.Mul_(1 - LearningRate * valueDecay);
        mean.Mul_(beta1).Add_(gradients, 1 - beta1);
        square.Mul_(beta2).AddCMul_(gradients, gradients, 1 - beta2);
        var root = Scratch(1);
        root.copy_(square);
        root.sqrt_().Div_(RootCorrection).Add_(epsilon);
        values.AddCDiv_(mean, root, -StepSize);
    }

    /// <summary>By squaring: the C library's power may differ in the last bit from one to the next.</summary>
    private static double Power(double value, long exponent)
    {
        double power = 1;
        for (; exponent > 0; exponent >>= 1, value *= value)
            if ((exponent & 1) != 0) power *= value;
        return power;
    }

    private readonly struct Kernel(FlatAdam adam, float gradientScale) : IStepKernel
    {
        private readonly Vector256<float> scale = Vector256.Create(gradientScale);
        private readonly Vector256<float> decay = Vector256.Create((float)adam.gradientDecay);
        private readonly Vector256<float> shrink = Vector256.Create((float)(1 - adam.LearningRate * adam.valueDecay));
        private readonly Vector256<float> keepMean = Vector256.Create((float)adam.beta1);
        private readonly Vector256<float> takeMean = Vector256.Create((float)(1 - adam.beta1));
        private readonly Vector256<float> keepSquare = Vector256.Create((float)adam.beta2);
        private readonly Vector256<float> takeSquare = Vector256.Create((float)(1 - adam.beta2));
        private readonly Vector256<float> perRoot = Vector256.Create((float)(1 / adam.RootCorrection));
        private readonly Vector256<float> epsilon = Vector256.Create((float)adam.epsilon);
        private readonly Vector256<float> stepSize = Vector256.Create((float)adam.StepSize);

        public static int States => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(ref Vector256<float> value, Vector256<float> gradient, ref Vector256<float> state0, ref Vector256<float> state1, ref Vector256<float> state2)
        {
            var g = gradient * scale + decay * value;
            state0 = keepMean * state0 + takeMean * g;
            state1 = keepSquare * state1 + takeSquare * g * g;
            var root = Vector256.Sqrt(state1) * perRoot + epsilon;
            value = value * shrink - stepSize * (state0 / root);
        }
    }
}
