using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Data;
using Cluster.Models.Dictionaries;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// The blueprint of a dictionary: signals taken from the data, atoms in blocks that <see cref="DictionaryShardGrain"/>s own, and the
/// encoder that predicts codes as the one role with an optimizer, where there is one.
/// </summary>
internal sealed class DictionaryBlueprint : Blueprint
{
    public DictionaryBlueprint(ExperimentFile file, ImageDataset data)
        : base(file, data)
    {
        Model = (DictionaryModel)file.Model;
        Options = new DictionaryOptions
        {
            Atoms = Model.Atoms,
            Coding = new SparseCodingOptions
            {
                Penalty = Model.Penalty,
                Method = Map(Model.Method),
                NonNegative = Model.NonNegative,
                Tolerance = Model.Tolerance,
                MaximumIterations = Model.Iterations,
            },
            Update = Model.Update == AtomUpdate.BlockCoordinate ? DictionaryUpdate.BlockCoordinate : DictionaryUpdate.ProjectedGradient,
            Passes = Model.Passes,
            NonNegativeAtoms = Model.NonNegativeAtoms,
            Forgetting = new ForgettingSchedule(Map(Model.Forgetting), Model.Rho),
            ReplaceAfter = Model.ReplaceAfter,
        };
        if (file.Shards > Model.Atoms)
        {
            throw new InputException($"shards: {file.Shards} blocks of atoms cannot be made of atoms: {Model.Atoms}; choose at most {Model.Atoms} shards");
        }

        if (file.OnNonFinite == NonFiniteAction.Skip)
        {
            throw new InputException("onNonFinite: skip leaves an update of a gradient out, and a dictionary has none; choose stop or rollback");
        }

        Signals = new DictionarySignals(Model, data, Seed);
        long needed = (long)file.Batch * file.Replicas;
        if (needed > Signals.Patches.Count)
        {
            throw new InputException(
                $"batch: {file.Batch} × replicas: {file.Replicas} needs {needed} signals a step, but an epoch has {Signals.Patches.Count}: choose a smaller batch, fewer replicas, or a larger patch.count");
        }

        Encoder = Model.Encoder.Kind switch
        {
            CodeEncoder.None => null,
            CodeEncoder.Tanh => new PredictiveEncoder(PredictorKind.Tanh, Signals.Patches.Features, Model.Atoms, Model.NonNegative),
            CodeEncoder.Shrink => new PredictiveEncoder(PredictorKind.Shrink, Signals.Patches.Features, Model.Atoms, Model.NonNegative),
            _ => throw new InvalidOperationException($"encoder {Model.Encoder.Kind} has no network"),
        };
        Roles = Encoder is { } encoder ? [Trained(DictionaryModel.EncoderRole, encoder.Layout, file.Replicas)] : [];
    }

    public DictionaryModel Model { get; }

    public DictionaryOptions Options { get; }

    public DictionarySignals Signals { get; }

    /// <summary>Null where nothing predicts codes.</summary>
    public PredictiveEncoder? Encoder { get; }

    public override IReadOnlyList<RoleBlueprint> Roles { get; }

    /// <summary>Coders feed the encoder that predicts their codes.</summary>
    public override string Contributor(string role, int index) => base.Contributor(DictionaryModel.CoderRole, index);

    public override IEnumerable<KeyValuePair<string, double>> Summarize(SignalSet signals) => [.. base.Summarize(signals), .. AtomSignals.Of(this, signals)];

    public override IReadOnlyList<Rule> Rules => [new NonFiniteRule(), new DivergingRule("objective"), new DeadAtomsRule(Options.Atoms), .. TimeRules.All];

    public override IWorkflow Workflow(WorkflowContext context) => new DictionaryWorkflow(context, this);

    public override ITrainedModel Open(CheckpointFolder checkpoint, DeviceThread device)
    {
        Tensor atoms_KD = Read(checkpoint).to(device.Device).DetachFromDisposeScope();
        try
        {
            FlatParameters? encoder = Encoder is null ? null : Load(checkpoint, Role(DictionaryModel.EncoderRole), device);
            return new TrainedDictionary(this, device.Device, atoms_KD, encoder);
        }
        catch
        {
            atoms_KD.Dispose();
            throw;
        }
    }

    /// <summary>The atoms, and the encoder's parameters where there is one.</summary>
    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Export(CheckpointFolder checkpoint) =>
        [new NamedTensor("dictionary.atoms", Read(checkpoint)), .. base.Export(checkpoint)];

    /// <summary>The whole dictionary of a checkpoint, shape (K, D), in memory.</summary>
    public Tensor Read(CheckpointFolder checkpoint)
    {
        Tensor atoms_KD = zeros(Model.Atoms, Signals.Patches.Features, Type);
        DictionaryFile.ReadAtoms(checkpoint.Path, this, atoms_KD);
        return atoms_KD;
    }

    private static InferenceMethod Map(CodingMethod method) => method switch
    {
        CodingMethod.CoordinateDescent => InferenceMethod.CoordinateDescent,
        CodingMethod.Fista => InferenceMethod.Fista,
        CodingMethod.Ista => InferenceMethod.Ista,
        CodingMethod.Lars => InferenceMethod.Lars,
        _ => throw new InvalidOperationException($"method {method} has no algorithm"),
    };

    private static Forgetting Map(ForgettingRule rule) => rule switch
    {
        ForgettingRule.Minibatch => Forgetting.Minibatch,
        ForgettingRule.Power => Forgetting.Power,
        ForgettingRule.None => Forgetting.None,
        _ => throw new InvalidOperationException($"forgetting {rule} has no rule"),
    };
}
