using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Numerics;

internal sealed class FlatSgd : FlatOptimizer
{
    private readonly SgdOptions options;

    internal FlatSgd(SgdOptions options, long count, Device device, ScalarType dtype)
        : base(options, options.WeightDecay, count, device, dtype)
    {
        this.options = options;
        if (options.Momentum > 0) AddState("momentum_buffer");
    }

    private protected override void StepFused(Span<float> values, ReadOnlySpan<float> gradients, int offset, float gradientScale)
    {
        if (State.Count == 0)
            Fuse(new PlainKernel(LearningRate, gradientScale, options.WeightDecay), values, gradients, offset);
        else
            Fuse(new MomentumKernel(options, LearningRate, gradientScale, Steps == 0), values, gradients, offset);
    }

    private protected override void StepTensors(Tensor values, Tensor gradients)
    {
        if (State.Count == 0)
        {
            values.Add_(gradients, -LearningRate);
            return;
        }

        var buffer = State[0].Value;
        if (Steps == 0) buffer.copy_(gradients);
        else buffer.Mul_(options.Momentum).Add_(gradients, 1 - options.Dampening);
        if (options.Nesterov)
        {
            values.Add_(gradients, -LearningRate);
            values.Add_(buffer, -LearningRate * options.Momentum);
        }
        else
        {
            values.Add_(buffer, -LearningRate);
        }
    }

    private readonly struct PlainKernel(double learningRate, float gradientScale, double weightDecay) : IStepKernel
    {
        private readonly Vector256<float> rate = Vector256.Create((float)learningRate);
        private readonly Vector256<float> scale = Vector256.Create(gradientScale);
        private readonly Vector256<float> decay = Vector256.Create((float)weightDecay);

        public static int States => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(ref Vector256<float> value, Vector256<float> gradient, ref Vector256<float> state0, ref Vector256<float> state1, ref Vector256<float> state2) =>
            value -= rate * (gradient * scale + decay * value);
    }

    private readonly struct MomentumKernel(SgdOptions options, double learningRate, float gradientScale, bool first) : IStepKernel
    {
        private readonly Vector256<float> rate = Vector256.Create((float)learningRate);
        private readonly Vector256<float> scale = Vector256.Create(gradientScale);
        private readonly Vector256<float> decay = Vector256.Create((float)options.WeightDecay);
        private readonly Vector256<float> keep = Vector256.Create(first ? 0f : (float)options.Momentum);
        private readonly Vector256<float> take = Vector256.Create(first ? 1f : (float)(1 - options.Dampening));
        private readonly Vector256<float> ahead = Vector256.Create((float)options.Momentum);
        private readonly bool nesterov = options.Nesterov;

        public static int States => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(ref Vector256<float> value, Vector256<float> gradient, ref Vector256<float> state0, ref Vector256<float> state1, ref Vector256<float> state2)
        {
            var g = gradient * scale + decay * value;
            state0 = keep * state0 + take * g;
            value -= rate * (nesterov ? g + ahead * state0 : state0);
        }
    }
}
