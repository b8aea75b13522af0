using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>A classifier of images, LeNet with rectifiers and max pooling (LeCun et al. 1998); what judges the samples of other models.</summary>
public sealed record ClassifierModel : ModelSection
{
    public const string ClassifierRole = "classifier";

    private static readonly Form<int> Width = new IntForm(1, 4096);

    public ValueList<int> Channels { get; init; } = [6, 16];
    public int Kernel { get; init; } = 5;
    public ValueList<int> Hidden { get; init; } = [120, 84];

    public override ValueList<string> Roles => [ClassifierRole];

    public override ValueList<OptimizerSection> OptimizerDefaults => [new AdamOptimizer { LearningRate = 1e-3 }];

    internal static ClassifierModel Describe(Section s, ClassifierModel d)
    {
        ClassifierModel read = new()
        {
            Channels = s.List("channels", d.Channels, Width, 8, "channels of each convolution; 2x2 max pooling follows each"),
            Kernel = s.Int("kernel", d.Kernel, "side of the convolutions' kernels, odd; the first convolution is padded to keep the image's size", 1, 31),
            Hidden = s.List("hidden", d.Hidden, Width, 8, "widths of the layers behind the convolutions; the last one's values are the features that samples are judged by"),
        };
        s.Require("channels", read.Channels.Count > 0, "needs at least one convolution");
        s.Require("kernel", read.Kernel % 2 == 1, "must be odd: 3, 5, 7");
        s.Require("hidden", read.Hidden.Count > 0, "needs at least one layer: its values are the features");
        return read;
    }
}
