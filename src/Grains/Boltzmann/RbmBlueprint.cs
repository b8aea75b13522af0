using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Data;
using Cluster.Models.Boltzmann;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <summary>
/// The blueprint of a Boltzmann machine. Contributors to its parameters are the data replicas, 0 to R − 1, then the pools of
/// particles, R to R + P − 1: the data's half of the gradient and the model's.
/// </summary>
internal sealed class RbmBlueprint : Blueprint
{
    public RbmBlueprint(ExperimentFile file, ImageDataset data)
        : base(file, data)
    {
        Model = (RbmModel)file.Model;
        if (Model.Visible == VisibleUnits.Gaussian && file.Data.Binarize != Binarize.None)
        {
            throw new InputException("data.binarize: Gaussian visible units take grey pixels; set data.binarize: none, or model.visible: bernoulli");
        }

        if (Model.Visible == VisibleUnits.Bernoulli)
        {
            RequireRange(0, 1, "Bernoulli visible units");
        }

        Standard = new PixelStandard(Model, file.Data.Binarize, data);
        bool gaussian = Model.Visible == VisibleUnits.Gaussian;
        Rbm = new Rbm(
            new RbmOptions
            {
                Hidden = Model.Hidden,
                Visible = gaussian ? VisibleKind.Gaussian : VisibleKind.Bernoulli,
                InitialWeightStd = Model.InitialWeightStd,
                InitialVisibleBias = gaussian || !Model.BiasFromData ? null : Models.Boltzmann.Rbm.LogOdds(Standard.Means),
            },
            data.Pixels);
        Sparsity = Model.SparsityWeight > 0 ? new SparsityTarget(Model.SparsityTarget, Model.SparsityWeight) : null;
        Betas = TemperedChains.EvenBetas(Model.Temperatures, Model.Hottest);
        int contributors = Contributors;
        List<RoleBlueprint> roles = [Trained(RbmModel.BoltzmannRole, Rbm.Layout, contributors)];
        if (Model.Centred)
        {
            ParameterLayout offsets = new(
            [
                new(VisibleOffset, [data.Pixels], Initializer.Given([.. Standard.VisibleMeans.Select(mean => (float)mean)])),
                new(HiddenOffset, [Model.Hidden], Initializer.Constant(0.5)),
            ]);
            roles.Add(MovingAverage(RbmModel.OffsetsRole, offsets, Model.OffsetDecay, contributors));
        }

        Roles = roles;
    }

    public const string VisibleOffset = "visible.mean";
    public const string HiddenOffset = "hidden.mean";

    public RbmModel Model { get; }

    public Rbm Rbm { get; }

    public PixelStandard Standard { get; }

    public SparsityTarget? Sparsity { get; }

    public double[] Betas { get; }

    /// <summary>Pools of persistent particles; 0 where chains begin at the data.</summary>
    public int Pools => Model.Persistent ? Model.Pools : 0;

    public int Contributors => File.Replicas + Pools;

    public override IReadOnlyList<RoleBlueprint> Roles { get; }

    /// <summary>Particles of a pool, at each temperature.</summary>
    public int Particles(int pool) => (int)(((long)Model.Chains * (pool + 1) / Model.Pools) - ((long)Model.Chains * pool / Model.Pools));

    public override string Contributor(string role, int index) => index < File.Replicas
        ? base.Contributor(RbmModel.BoltzmannRole, index)
        : base.Contributor(RbmModel.ChainRole, index - File.Replicas);

    public override IEnumerable<KeyValuePair<string, double>> Summarize(SignalSet signals) => [.. base.Summarize(signals), .. RbmSignals.Of(signals)];

    public override IReadOnlyList<Rule> Rules =>
        [new NonFiniteRule(), new DivergingRule("reconstruction"), new StalledRule(), new OverfittingRule(Data.Pixels), new StuckChainsRule(), .. TimeRules.All];

    public override IWorkflow Workflow(WorkflowContext context) => new RbmWorkflow(context, this);

    public override ITrainedModel Open(CheckpointFolder checkpoint, DeviceThread device)
    {
        FlatParameters parameters = Load(checkpoint, Role(RbmModel.BoltzmannRole), device);
        try
        {
            return new TrainedRbm(this, device.Device, parameters, ChainState.ReadAll(checkpoint, this));
        }
        catch
        {
            parameters.Dispose();
            throw;
        }
    }
}
