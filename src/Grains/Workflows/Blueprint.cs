using System.Globalization;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Data;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// What an experiment file and its data together say of a run: every actor of the run makes the same blueprint from the
/// same text. Holds no tensor. Each model family has its own.
/// </summary>
/// <param name="file">The resolved file.</param>
/// <param name="data">The images to train on.</param>
internal abstract class Blueprint(ExperimentFile file, ImageDataset data)
{
    public ExperimentFile File => file;

    public ImageDataset Data => data;

    public ulong Seed => (ulong)file.Seed;

    /// <summary>The clock of the silo, by which its actors measure what takes how long; no value of a run depends on it.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Number format of parameters and data.</summary>
    public ScalarType Type => file.Precision == Precision.Float64 ? ScalarType.Float64 : ScalarType.Float32;

    /// <summary>The parameters that <see cref="ParameterShardGrain"/>s own; none where the family's own actors hold them.</summary>
    public abstract IReadOnlyList<RoleBlueprint> Roles { get; }

    public RoleBlueprint Role(string name) => Roles.First(role => role.Name == name);

    /// <summary>Steps between surveys at least: signals that cost a pass of their own are worth one step in a hundred.</summary>
    public const int SurveySteps = 100;

    /// <summary>Whether a step has a row in the metrics: then its actors also note their signals.</summary>
    public bool IsReported(long step) => (step + 1) % file.Metrics.Every == 0 || step + 1 == file.Steps;

    /// <summary>Whether a reported step also makes the signals that cost a pass of their own.</summary>
    public bool IsSurveyed(long step)
    {
        long rows = (SurveySteps + file.Metrics.Every - 1) / file.Metrics.Every;
        return IsReported(step) && (step + 1) % (rows * file.Metrics.Every) == 0;
    }

    /// <summary>A contributor to a role by its actor: <c>discriminator/1</c>.</summary>
    public virtual string Contributor(string role, int index) => string.Create(CultureInfo.InvariantCulture, $"{role}/{index}");

    /// <summary>The figures that the actors' signals of one step make together, in the order of a row.</summary>
    public virtual IEnumerable<KeyValuePair<string, double>> Summarize(SignalSet signals) => RoleSignals.Of(this, signals);

    /// <summary>The rules that watch a run of this family.</summary>
    public abstract IReadOnlyList<Rule> Rules { get; }

    /// <summary>Whether the roles of a step learn one after the other, and do not work at the same time.</summary>
    public virtual bool RolesTakeTurns => false;

    /// <summary>The family's workflow for one attempt of a run.</summary>
    public abstract IWorkflow Workflow(WorkflowContext context);

    /// <summary>A checkpoint's model, to look at; on the device's thread.</summary>
    /// <exception cref="InputException">A file of the checkpoint is damaged or of another experiment.</exception>
    public abstract ITrainedModel Open(CheckpointFolder checkpoint, DeviceThread device);

    /// <summary>
    /// A checkpoint's tensors under the names that an exported file gives them: by default every role's parameters, each under
    /// its role and the name that PyTorch would give it (<c>generator.0.weight</c>). They belong to the present dispose scope.
    /// </summary>
    public virtual IEnumerable<NamedTensor> Export(CheckpointFolder checkpoint) => Roles.SelectMany(role =>
    {
        Tensor values = zeros(role.Layout.Count, role.Type, CPU);
        checkpoint.ReadRole(role, file.Shards, values);
        return role.Layout.Slots.Select(slot => new NamedTensor(
            role.Name + "." + slot.Spec.Name, values.narrow(0, slot.Offset, slot.Count).view([.. slot.Spec.Shape])));
    });

    /// <summary>A checkpoint's parameters of one role; the caller owns them. On the device's thread.</summary>
    protected FlatParameters Load(CheckpointFolder checkpoint, RoleBlueprint role, DeviceThread device)
    {
        FlatParameters parameters = new(role.Layout, device.Device, role.Type);
        try
        {
            checkpoint.ReadRole(role, file.Shards, parameters.Values);
            return parameters;
        }
        catch
        {
            parameters.Dispose();
            throw;
        }
    }

    /// <summary>Refuses data that a model cannot stand.</summary>
    /// <param name="low">Least value.</param>
    /// <param name="high">Greatest value.</param>
    /// <param name="why">Who needs that: <c>Bernoulli visible units</c>.</param>
    /// <exception cref="InputException">A value lies outside; the data set, its row and its column are named.</exception>
    protected void RequireRange(float low, float high, string why)
    {
        if (data.FirstOutside(low, high) is var (image, place, value))
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture, $"data: {data.Name}/{data.Split}, row {image + 1}, column {place + 1} holds {value}: {why} need values from {low} to {high}"));
        }
    }

    /// <summary>A role that steps by the file's optimizer of that name.</summary>
    protected RoleBlueprint Trained(string name, ParameterLayout layout, int contributors)
    {
        OptimizerSection section = file.Optimizer[name];
        ExchangeSection exchange = file.Exchange;
        RoleBlueprint role = new(name, layout, Optimizers.Options(section), section.ClipNorm, Seed, Type, contributors)
        {
            Schedule = Optimizers.Schedule(section, file.Steps),
            Compression = exchange.Compression,
        };
        return Apart(role, new SgdOptions(exchange.OuterLearningRate, exchange.OuterMomentum, 0, exchange.OuterMomentum > 0));
    }

    /// <summary>A role that is the moving average of what its contributors see.</summary>
    /// <param name="name">The role.</param>
    /// <param name="layout">What is averaged.</param>
    /// <param name="decay">Share of the old value that stays at each update, in [0, 1).</param>
    /// <param name="contributors">Who sends the gradient: value − statistic.</param>
    protected RoleBlueprint MovingAverage(string name, ParameterLayout layout, double decay, int contributors) =>
        Apart(new RoleBlueprint(name, layout, new SgdOptions(1 - decay), 0, Seed, Type, contributors) { IsTrained = false }, new SgdOptions(1));

    /// <summary>The same role where replicas step by themselves and meet by an outer optimizer.</summary>
    private RoleBlueprint Apart(RoleBlueprint role, SgdOptions outer) => file.Exchange.LocalSteps == 0 ? role : role with
    {
        Optimizer = outer,
        ClipNorm = 0,
        Schedule = null,
        Local = new LocalSteps(file.Exchange.LocalSteps, role.Optimizer, role.ClipNorm, role.Schedule),
    };
}
