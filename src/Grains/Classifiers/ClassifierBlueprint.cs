using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Data;
using Cluster.Models;
using Cluster.Models.Classifiers;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <summary>The blueprint of a classifier: one network, one role.</summary>
internal sealed class ClassifierBlueprint : Blueprint
{
    public ClassifierBlueprint(ExperimentFile file, ImageDataset data)
        : base(file, data)
    {
        Model = (ClassifierModel)file.Model;
        Labels = data.Labels
            ?? throw new InputException($"model.kind: {data.Name}/{data.Split} has no labels for a classifier to learn; name data that have");
        if (Labels.Min() < 0 || Labels.Max() < 1)
        {
            throw new InputException($"data: {data.Name}/{data.Split} has labels from {Labels.Min()} to {Labels.Max()}; a classifier needs at least two classes, counted from 0");
        }

        RequireRange(PixelRange.Low, PixelRange.High, "classifiers");
        try
        {
            Network = new LeNet(
                new LeNetOptions { Channels = Model.Channels, Kernel = Model.Kernel, Hidden = Model.Hidden },
                new ImageSize(data.Channels, data.Height, data.Width),
                Labels.Max() + 1);
        }
        catch (ArgumentException unfit)
        {
            throw new InputException($"model: {data.Name}: images of {data.Height}x{data.Width} are too small for these convolutions: {unfit.Message} Choose a smaller kernel or fewer channels");
        }

        Roles = [Trained(ClassifierModel.ClassifierRole, Network.Network.Layout, file.Replicas)];
    }

    /// <summary>What byte 0 and full brightness become.</summary>
    public static (float Low, float High) PixelRange => (0, 1);

    public ClassifierModel Model { get; }

    public LeNet Network { get; }

    /// <summary>The training data's labels.</summary>
    public int[] Labels { get; }

    public int Classes => (int)Network.Network.Outputs;

    public override IReadOnlyList<RoleBlueprint> Roles { get; }

    public override IReadOnlyList<Rule> Rules => [new NonFiniteRule(), new DivergingRule("loss"), new StalledRule(), .. TimeRules.All];

    public override IWorkflow Workflow(WorkflowContext context) => new ClassifierWorkflow(context, this);

    public override ITrainedModel Open(CheckpointFolder checkpoint, DeviceThread device) =>
        new TrainedClassifier(this, device.Device, Load(checkpoint, Roles[0], device));
}
