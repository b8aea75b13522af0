using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Numerics;

internal sealed class FlatRmsProp : FlatOptimizer
{
    private readonly RmsPropOptions options;

    internal FlatRmsProp(RmsPropOptions options, long count, Device device, ScalarType dtype)
        : base(options, options.WeightDecay, count, device, dtype)
    {
        this.options = options;
        AddState("square_avg");
        if (options.Centered) AddState("grad_avg");
        if (options.Momentum > 0) AddState("momentum_buffer");
    }

    private protected override void StepFused(Span<float> values, ReadOnlySpan<float> gradients, int offset, float gradientScale)
    {
        // One kernel for each set of buffers, so that none is carried along unused.
        if (options.Centered && options.Momentum > 0) Fuse(new Kernel<CentredMomentum>(this, gradientScale), values, gradients, offset);
        else if (options.Centered) Fuse(new Kernel<Centred>(this, gradientScale), values, gradients, offset);
        else if (options.Momentum > 0) Fuse(new Kernel<Momentum>(this, gradientScale), values, gradients, offset);
        else Fuse(new Kernel<Plain>(this, gradientScale), values, gradients, offset);
    }

    private protected override void StepTensors(Tensor values, Tensor gradients)
    {
        var square = State[0].Value;
        var root = Scratch(1);
        square.Mul_(options.Alpha).AddCMul_(gradients, gradients, 1 - options.Alpha);
        root.copy_(square);
        if (options.Centered)
        {
            var mean = State[1].Value;
            mean.Mul_(options.Alpha).Add_(gradients, 1 - options.Alpha);
            root.AddCMul_(mean, mean, -1).ClampMin_(0);
        }

        root.sqrt_().Add_(options.Epsilon);
        if (options.Momentum == 0)
        {
            values.AddCDiv_(gradients, root, -LearningRate);
        }
        else
        {
            var buffer = State[^1].Value;
            buffer.Mul_(options.Momentum).AddCDiv_(gradients, root, 1);
            values.Add_(buffer, -LearningRate);
        }
    }

    private interface IVariant
    {
        static abstract bool IsCentred { get; }

        static abstract bool HasMomentum { get; }
    }

    private readonly struct Plain : IVariant
    {
        public static bool IsCentred => false;

        public static bool HasMomentum => false;
    }

    private readonly struct Centred : IVariant
    {
        public static bool IsCentred => true;

        public static bool HasMomentum => false;
    }

    private readonly struct Momentum : IVariant
    {
        public static bool IsCentred => false;

        public static bool HasMomentum => true;
    }

    private readonly struct CentredMomentum : IVariant
    {
        public static bool IsCentred => true;

        public static bool HasMomentum => true;
    }

    private readonly struct Kernel<TVariant>(FlatRmsProp owner, float gradientScale) : IStepKernel where TVariant : struct, IVariant
    {
        private readonly Vector256<float> rate = Vector256.Create((float)owner.LearningRate);
        private readonly Vector256<float> scale = Vector256.Create(gradientScale);
        private readonly Vector256<float> decay = Vector256.Create((float)owner.options.WeightDecay);
        private readonly Vector256<float> keep = Vector256.Create((float)owner.options.Alpha);
        private readonly Vector256<float> take = Vector256.Create((float)(1 - owner.options.Alpha));
        private readonly Vector256<float> epsilon = Vector256.Create((float)owner.options.Epsilon);
        private readonly Vector256<float> momentum = Vector256.Create((float)owner.options.Momentum);

        public static int States => 1 + (TVariant.IsCentred ? 1 : 0) + (TVariant.HasMomentum ? 1 : 0);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(ref Vector256<float> value, Vector256<float> gradient, ref Vector256<float> state0, ref Vector256<float> state1, ref Vector256<float> state2)
        {
            var g = gradient * scale + decay * value;
            state0 = keep * state0 + take * g * g;
            var variance = state0;
            if (TVariant.IsCentred)
            {
                state1 = keep * state1 + take * g;

                // Never below 0 but for rounding, which the root would turn into NaN.
                variance = Vector256.Max(state0 - state1 * state1, Vector256<float>.Zero);
            }

            var move = g / (Vector256.Sqrt(variance) + epsilon);
            if (TVariant.HasMomentum)
            {
                ref var buffer = ref (TVariant.IsCentred ? ref state2 : ref state1);
                buffer = momentum * buffer + move;
                move = buffer;
            }

            value -= rate * move;
        }
    }
}
