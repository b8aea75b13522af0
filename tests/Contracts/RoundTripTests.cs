using Cluster.Contracts.Experiments;

namespace Cluster.Contracts.Tests;

/// <summary>What <see cref="ExperimentFile.ToYaml"/> prints reads back as an equal record, whatever the record.</summary>
public sealed class RoundTripTests
{
    private uint state = 7;

    [Fact]
    public void DefaultsArePrintedInFull() =>
        Assert.Equal(
            """
            name: gan
            model:
              kind: gan
              latent: 100
              prior: normal
              objective: non-saturating
              codes:
                categorical: []
                continuous: 0
                weight: 1
                continuousWeight: 0.1
                headUnits: 128
              conditional: false
              discriminatorSteps: 1
              reuseFakes: true
              staleness: 0
              generator:
                net: mlp
                hidden: [256, 512]
                activation: leaky-relu
                slope: 0.2
                output: tanh
                spectralNorm: false
                initialization: default
                orthogonal: 0
                average: 0
              discriminator:
                net: mlp
                hidden: [512, 256]
                activation: leaky-relu
                slope: 0.2
                spectralNorm: false
                initialization: default
                minibatchKernels: 0
                minibatchDimensions: 5
                labelSmoothing: 0
            data:
              name: digits
              split: train
              binarize: none
            steps: 2000
            batch: 64
            seed: 0
            replicas: 1
            shards: 1
            threads: 2
            device: cpu
            placement:
              pool: ""
              memory: 0
              roles: []
            precision: float32
            optimizer:
              generator:
                name: adam
                learningRate: 0.0002
                beta1: 0.5
                beta2: 0.999
                epsilon: 1.0e-8
                weightDecay: 0
                clipNorm: 0
                schedule:
                  name: constant
                  warmup: 0
              discriminator:
                name: adam
                learningRate: 0.0002
                beta1: 0.5
                beta2: 0.999
                epsilon: 1.0e-8
                weightDecay: 0
                clipNorm: 0
                schedule:
                  name: constant
                  warmup: 0
            exchange:
              precision: float32
              compression:
                name: none
              localSteps: 0
              outerLearningRate: 0.7
              outerMomentum: 0.9
              nccl: auto
            checkpoint:
              every: 500
              keep: 3
              best: ""
              better: lower
            sample:
              every: 500
              grid: 8x8
              seed: 0
            evaluate:
              split: test
              examples: 10000
              importanceSamples: 5000
              importanceExamples: 200
              classifier: ""
              samples: 10000
              annealingChains: 500
              annealingSteps: 10000
            metrics:
              every: 10
              traceEvery: 100
            recovery:
              stepLimit: 60
              patience: 30
              attempts: 5
            onNonFinite: stop

            """.ReplaceLineEndings("\n"),
            ExperimentFile.Parse("model: {kind: gan}", "runs/GAN.yaml").ToYaml());

    [Fact]
    public void ThePrintedTextDependsOnNothingButTheRecord()
    {
        var file = ExperimentFile.Parse("model: gan\nname: a\n", "one/place.yaml");
        Assert.Equal(file, ExperimentFile.Parse("name: a\nmodel: {latent: 100, kind: gan}\n", "/other/file.yml"));
        Assert.Equal(file.ToYaml(), ExperimentFile.Parse("name: a\nmodel: {latent: 100, kind: gan}\n", "/other/file.yml").ToYaml());
    }

    [Fact]
    public void VariedRecordsComeBackEqual()
    {
        var seen = new HashSet<ExperimentFile>();
        for (var i = 0; i < 400; i++)
        {
            var file = Varied();
            var yaml = file.ToYaml();
            var back = ExperimentFile.Parse(yaml, "elsewhere.yaml");
            Assert.Equal(file, back);
            Assert.Equal(file.GetHashCode(), back.GetHashCode());
            Assert.Equal(yaml, back.ToYaml());
            seen.Add(file);
        }
        Assert.Equal(400, seen.Count);
    }

    private ExperimentFile Varied()
    {
        var generator = Pick<Activation>();
        var objective = Pick<GanObjective>();
        var (spectral, madeSpectral, conditional, energy) = (Next(2) == 0, Next(2) == 0, Next(2) == 0, objective == GanObjective.EnergyBased);
        var (made, judge) = (Pick<NetKind>(), Pick<NetKind>());
        var discriminator = Pick<Activation>();
        return new()
        {
            Name = $"run-{Next(1000)}",
            Model = new GanModel
            {
                Latent = 1 + Next(1000),
                Prior = Pick<GanPrior>(),
                Objective = objective,
                Conditional = conditional,
                Margin = energy ? 0.5 + Fraction() : 1,
                PullingAway = energy ? Fraction() : 0,
                Codes = energy ? new() : new()
                {
                    Categorical = [.. Enumerable.Range(0, Next(3)).Select(_ => 2 + Next(20))],
                    Continuous = Next(4),
                    Weight = Fraction(),
                    ContinuousWeight = Fraction(),
                    HeadUnits = 1 + Next(200),
                },
                WeightClip = objective == GanObjective.Wasserstein ? 0.1 + Fraction() : 0.01,
                GradientPenalty = objective == GanObjective.WassersteinGp ? 1 + Fraction() : 10,
                DiscriminatorSteps = 1 + Next(5),
                Generator = new()
                {
                    Hidden = Widths(),
                    Activation = generator,
                    Slope = generator == Activation.LeakyRelu ? Fraction() : 0.2,
                    Output = Pick<OutputActivation>(),
                    Net = made,
                    Channels = made == NetKind.Dcgan ? 1 + Next(512) : 64,
                    ClassEmbedding = made == NetKind.Dcgan && conditional ? Next(200) : 0,
                    SkipLatent = made == NetKind.Dcgan && Next(2) == 0,
                    SpectralNorm = madeSpectral,
                    SpectralScale = madeSpectral ? 0.5 + Fraction() : 1,
                    Initialization = Pick<Initialization>(),
                    Orthogonal = Fraction(),
                    Average = Fraction() * 0.99,
                },
                Discriminator = new()
                {
                    Hidden = energy ? [1 + Next(99), .. Widths()] : Widths(),
                    Activation = discriminator,
                    Slope = discriminator == Activation.LeakyRelu ? Fraction() : 0.2,
                    LabelSmoothing = objective is GanObjective.Minimax or GanObjective.NonSaturating or GanObjective.LeastSquares ? Fraction() / 2 : 0,
                    Net = judge,
                    Channels = judge == NetKind.Dcgan ? 1 + Next(512) : 64,
                    BatchNorm = judge != NetKind.Dcgan || (objective != GanObjective.WassersteinGp && Next(2) == 0),
                    SpectralNorm = spectral,
                    SpectralScale = spectral ? 0.5 + Fraction() : 1,
                    Initialization = Pick<Initialization>(),
                    MinibatchKernels = objective is GanObjective.WassersteinGp or GanObjective.EnergyBased ? 0 : Next(60),
                    MinibatchDimensions = 1 + Next(9),
                },
            },
            Data = new() { Name = Text(), Split = Text() },
            Steps = 1 + Next(int.MaxValue - 1),
            Batch = 1 + Next(1 << 20),
            Seed = (long)Next(1 << 24) << Next(39),
            Replicas = 1 + Next(4096),
            Shards = 1 + Next(4096),
            Threads = 1 + Next(256),
            Device = Next(3) switch { 0 => DeviceName.Cpu, 1 => new(DeviceKind.Cuda), _ => new(DeviceKind.Cuda, Next(256)) },
            Precision = Pick<Precision>(),
            Optimizer = new(["generator", "discriminator"], [Optimizer(), Optimizer()]),
            Exchange = new()
            {
                Compression = Next(3) switch
                {
                    0 => new NoCompression(),
                    1 => new TopKCompression { Share = 0.01 + (Fraction() / 2) },
                    _ => new PowerSgdCompression { Rank = 1 + Next(64) },
                },
                LocalSteps = Next(1000),
                OuterLearningRate = 0.1 + Fraction(),
                OuterMomentum = Fraction(),
            },
            Checkpoint = new() { Every = Next(1000), Keep = 1 + Next(9) },
            Sample = new() { Every = Next(1000), Grid = new(1 + Next(100), 1 + Next(100)), Seed = Next(100) },
            Metrics = new() { Every = 1 + Next(100) },
        };
    }

    private OptimizerSection Optimizer() => Next(4) switch
    {
        0 => new SgdOptimizer { LearningRate = Tiny(), Momentum = 0.5 + Fraction() / 4, Nesterov = Next(2) == 0, WeightDecay = Tiny() },
        1 => new AdamOptimizer { LearningRate = Tiny(), Beta1 = Fraction(), Beta2 = Fraction(), Epsilon = Tiny(), ClipNorm = Fraction(), Schedule = Schedule() },
        2 => new AdamWOptimizer { LearningRate = Tiny(), Beta1 = Fraction(), WeightDecay = Fraction(), Schedule = Schedule() },
        _ => new RmsPropOptimizer { LearningRate = Tiny(), Alpha = Fraction(), Momentum = Fraction(), Centered = Next(2) == 0 },
    };

    private ScheduleSection Schedule() => Next(2) == 0
        ? new() { Warmup = Next(1000) }
        : new() { Name = Next(2) == 0 ? Experiments.Schedule.Linear : Experiments.Schedule.Cosine, From = Next(100), Until = Next(2) == 0 ? 0 : 100 + Next(1000), Final = Fraction() };

    private ValueList<int> Widths() => [.. Enumerable.Range(0, Next(4)).Select(_ => 1 + Next(2000))];

    private string Text()
    {
        string[] texts = ["digits", "fashion-mnist", "true", "null", "~", "12", "1e5", "a: b", "# x", "it's \"so\"", "back\\slash", " padded ", "caf\u00e9", "\u6570\u5b57", "- x", "{a}", "*a", "no", "\U0001f600", "a\u2028b", "x\ufeff"];
        return texts[Next(texts.Length)] + (Next(3) == 0 ? $"{Next(10)}" : "");
    }

    private double Fraction() => Next(1 << 20) / (double)(1 << 20);

    private double Tiny() => (1 + Next(1 << 20)) / 3.0 * Math.Pow(10, -Next(30));

    private T Pick<T>() where T : struct, Enum
    {
        var values = Enum.GetValues<T>();
        return values[Next(values.Length)];
    }

    private int Next(int count)
    {
        state = state * 1664525 + 1013904223;
        return (int)((ulong)(state >> 1) * (ulong)count >> 31);
    }
}
