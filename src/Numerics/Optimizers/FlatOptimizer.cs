using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Numerics;

/// <summary>
/// An optimizer over one flat vector of parameters: a whole role's, or one shard of it. Elementwise, so that shards give the same bits
/// as the whole. On the CPU in float32 a step is one pass of vector code; elsewhere the same formulas in a few in-place operations on
/// buffers allocated once.
/// </summary>
public abstract class FlatOptimizer : IDisposable
{
    private readonly List<NamedTensor> state = [];
    private readonly List<Tensor> scratch = [];
    private Tensor[]? room;
    private readonly bool fused;
    private readonly DeviceType deviceType;
    private readonly int deviceIndex;
    private readonly ScalarType dtype;
    private readonly double weightDecay;

    private protected FlatOptimizer(OptimizerOptions options, double weightDecay, long count, Device device, ScalarType dtype)
    {
        options.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        fused = device.type == DeviceType.CPU && dtype == ScalarType.Float32;
        if (fused && count > int.MaxValue / sizeof(float))
            throw new ArgumentOutOfRangeException(nameof(count), count, $"On the CPU one optimizer steps at most {int.MaxValue / sizeof(float)} parameters; use more shards.");
        Options = options;
        Count = count;
        (deviceType, deviceIndex, this.dtype, this.weightDecay) = (device.type, device.index, dtype, weightDecay);
    }

    /// <summary>What it was made from.</summary>
    public OptimizerOptions Options { get; }

    /// <summary>Elements of the vectors it steps.</summary>
    public long Count { get; }

    /// <summary>Steps taken. Set it when <see cref="State"/> is loaded: Adam's bias correction and the first momentum depend on it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public long Steps
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    }

    /// <summary>Multiplies the learning rate, for schedules; at least 0.</summary>
    /// <exception cref="ArgumentException">The value is negative or not finite.</exception>
    public double LearningRateScale
    {
        get;
        set => field = double.IsFinite(value) && value >= 0 ? value : throw new ArgumentException($"{nameof(LearningRateScale)} is {value}; it must be a finite number of at least 0.");
    } = 1;

    /// <summary>
    /// What the optimizer remembers, named as PyTorch names it ("exp_avg", "momentum_buffer"…): vectors of <see cref="Count"/> elements,
    /// owned by the optimizer, until a step after <see cref="StepInto"/> puts others in their place. To load a checkpoint, copy into them
    /// and set <see cref="Steps"/>.
    /// </summary>
    public IReadOnlyList<NamedTensor> State => state;

    /// <summary>The optimizer that the options name, with zero state.</summary>
    /// <param name="options">Which one, and its hyperparameters.</param>
    /// <param name="count">Elements that it will step, at least 1.</param>
    /// <param name="device">Where they are.</param>
    /// <param name="dtype">Their dtype.</param>
    /// <exception cref="ArgumentException">The options do not go together, or the count is out of range.</exception>
    public static FlatOptimizer Create(OptimizerOptions options, long count, Device device, ScalarType dtype = ScalarType.Float32) => options switch
    {
        SgdOptions sgd => new FlatSgd(sgd, count, device, dtype),
        AdamOptions adam => new FlatAdam(adam, count, device, dtype),
        AdamWOptions adamW => new FlatAdam(adamW, count, device, dtype),
        RmsPropOptions rmsProp => new FlatRmsProp(rmsProp, count, device, dtype),
        _ => throw new ArgumentException($"There is no optimizer for {options?.GetType().Name ?? "null"}.", nameof(options)),
    };

    /// <summary>One step: changes the values in place and counts the step.</summary>
    /// <param name="values">Parameters, shape [Count], contiguous, without gradient.</param>
    /// <param name="gradients">Their gradients, likewise; not changed.</param>
    /// <param name="gradientScale">Multiplies the gradients on the way, as <see cref="GradientNorm.ClipScale"/> gives it.</param>
    /// <exception cref="ArgumentException">A tensor of another count, dtype or device.</exception>
    public void Step(Tensor values, Tensor gradients, double gradientScale = 1)
    {
        Check(values, nameof(values));
        Check(gradients, nameof(gradients));
        if (fused)
        {
            StepFused(values.AsFloats(), gradients.AsFloats(), 0, (float)gradientScale);
        }
        else
        {
            using var guard = no_grad();
            StepTensors(values, Prepared(values, gradients, gradientScale));
        }

        EndStep();
    }

    /// <summary>Whether a step may be taken part by part, with the bits of the whole: on the CPU in float32.</summary>
    public bool StepsInParts => fused;

    /// <summary>A part of a step; when each element has had its turn, <see cref="EndStep"/> counts the step.</summary>
    /// <param name="values">Parameters, shape [Count], contiguous, without gradient.</param>
    /// <param name="gradients">The part's gradients, one-dimensional and contiguous; not changed.</param>
    /// <param name="offset">The part's first element.</param>
    /// <param name="gradientScale">As for <see cref="Step"/>.</param>
    /// <exception cref="ArgumentException">A tensor of another dtype or device, or a part outside the values.</exception>
    /// <exception cref="InvalidOperationException">This optimizer cannot: <see cref="StepsInParts"/>.</exception>
    public void StepPart(Tensor values, Tensor gradients, long offset, double gradientScale = 1)
    {
        if (!fused) throw new InvalidOperationException($"An optimizer of {dtype} on {deviceType} steps as a whole.");
        Check(values, nameof(values));
        var part = gradients.AsFloats();
        if (offset < 0 || offset > Count - part.Length)
            throw new ArgumentException($"The optimizer has {Count} elements; the part is {part.Length} from element {offset} on.", nameof(offset));
        StepFused(values.AsFloats().Slice((int)offset, part.Length), part, (int)offset, (float)gradientScale);
    }

    /// <summary>Counts a step that was taken in parts.</summary>
    public void EndStep()
    {
        Steps++;
        if (room is not { } taken) return;
        for (var number = 0; number < taken.Length; number++)
        {
            state[number].Value.Dispose();
            state[number] = state[number] with { Value = taken[number] };
        }

        room = null;
    }

    /// <summary>Whether the step that <see cref="StepInto"/> speaks of is still to come.</summary>
    public bool LeavesState => room is not null;

    /// <summary>
    /// Has the next step, whole or in parts, leave the state's memory as it is and write the new state elsewhere, with the same bits. So
    /// whoever has handles of their own on <see cref="State"/> keeps what it was, and nothing need be copied.
    /// </summary>
    /// <param name="memory">For each vector of the state one like it, of memory that nothing else uses; the optimizer's own from now on.</param>
    /// <exception cref="ArgumentException">Not as many as the state has, or one of another count, dtype or device.</exception>
    /// <exception cref="InvalidOperationException">This optimizer cannot (<see cref="StepsInParts"/>), or was told already.</exception>
    public void StepInto(IReadOnlyList<Tensor> memory)
    {
        if (!fused || room is not null)
            throw new InvalidOperationException(fused ? "The step that leaves the state as it is has not been taken yet." : $"An optimizer of {dtype} on {deviceType} steps in place.");
        if (memory.Count != state.Count)
            throw new ArgumentException($"The optimizer has {state.Count} vectors of state; there is memory for {memory.Count}.", nameof(memory));
        foreach (var tensor in memory) Check(tensor, nameof(memory));
        room = [.. memory];
    }

    /// <summary>Frees state and scratch.</summary>
    public void Dispose()
    {
        foreach (var tensor in room ?? []) tensor.Dispose();
        foreach (var tensor in state) tensor.Value.Dispose();
        foreach (var tensor in scratch) tensor.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected double LearningRate => Options.LearningRate * LearningRateScale;

    /// <summary>
    /// The pass over CPU memory, from some element of the state on. <see cref="Steps"/> is still the number of steps before this one.
    /// </summary>
    private protected abstract void StepFused(Span<float> values, ReadOnlySpan<float> gradients, int offset, float gradientScale);

    /// <summary>The same in tensor operations; the gradients have been scaled, and decayed where the options say so.</summary>
    private protected abstract void StepTensors(Tensor values, Tensor gradients);

    /// <summary>Runs a kernel, which takes the state's vectors in their order, from some element of the state on.</summary>
    private protected void Fuse<TKernel>(TKernel kernel, Span<float> values, ReadOnlySpan<float> gradients, int offset) where TKernel : struct, IStepKernel
    {
        var count = values.Length;
        Span<float> From(int number) => number < TKernel.States ? state[number].Value.AsFloats().Slice(offset, count) : default;
        Span<float> To(int number) => room is { } apart && number < TKernel.States ? apart[number].AsFloats().Slice(offset, count) : From(number);
        FusedStep.Run(kernel, values, gradients, new StateSpans { From0 = From(0), From1 = From(1), From2 = From(2), To0 = To(0), To1 = To(1), To2 = To(2) });
    }

    private protected void AddState(string name) => state.Add(new NamedTensor(name, Allocate()));

    /// <summary>Scratch vector of that number, made when first asked for; 0 is taken by the prepared gradients.</summary>
    private protected Tensor Scratch(int number)
    {
        while (scratch.Count <= number) scratch.Add(Allocate());
        return scratch[number];
    }

    private Tensor Allocate() => zeros(Count, dtype, new Device(deviceType, deviceIndex)).DetachFromDisposeScope();

    private Tensor Prepared(Tensor values, Tensor gradients, double gradientScale)
    {
        if (gradientScale == 1 && weightDecay == 0) return gradients;
        var prepared = Scratch(0);
        prepared.copy_(gradients);
        if (gradientScale != 1) prepared.Mul_(gradientScale);
        if (weightDecay != 0) prepared.Add_(values, weightDecay);
        return prepared;
    }

    private void Check(Tensor tensor, string name)
    {
        if (tensor.NumberOfElements != Count || tensor.dim() != 1 || tensor.dtype != dtype || tensor.device_type != deviceType)
            throw new ArgumentException($"The optimizer was made for {dtype} of shape [{Count}] on {deviceType}; {name} are {tensor.dtype} "
                + $"of shape [{string.Join(", ", tensor.shape)}] on {tensor.device_type}.", name);
    }
}
