using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>One experiment, as its YAML file describes it, with every default filled in. Two files that mean the same are equal.</summary>
public sealed record ExperimentFile
{
    public string Name { get; init; } = "experiment";
    public ModelSection Model { get; init; } = new GanModel();
    public DataSection Data { get; init; } = new();
    public int Steps { get; init; } = 2000;
    public int Batch { get; init; } = 64;
    public long Seed { get; init; }
    public int Replicas { get; init; } = 1;
    public int Shards { get; init; } = 1;
    public int Threads { get; init; } = 2;
    public DeviceName Device { get; init; } = DeviceName.Cpu;
    public PlacementSection Placement { get; init; } = new();
    public Precision Precision { get; init; } = Precision.Float32;
    public RoleOptimizers Optimizer { get; init; } = RoleOptimizers.DefaultsOf(new GanModel());
    public ExchangeSection Exchange { get; init; } = new();
    public CheckpointSection Checkpoint { get; init; } = new();
    public SampleSection Sample { get; init; } = new();
    public EvaluateSection Evaluate { get; init; } = new();
    public MetricsSection Metrics { get; init; } = new();
    public RecoverySection Recovery { get; init; } = new();
    public NonFiniteAction OnNonFinite { get; init; } = NonFiniteAction.Stop;

    /// <summary>Reads a file and the overrides of the command line.</summary>
    /// <param name="path">A YAML file of at most 1 MiB, UTF-8.</param>
    /// <param name="overrides">Texts <c>a.b=value</c>, as given to <c>--set</c>; a later one wins.</param>
    /// <exception cref="ExperimentFileException">The file or an override cannot be used; names every mistake that was found.</exception>
    public static ExperimentFile Load(string path, IReadOnlyList<string> overrides) => Parse(FileText.Read(path), path, overrides);

    /// <summary>The same for text that is already in memory.</summary>
    /// <param name="fileName">What messages call the text; its base name is the default of <c>name</c>.</param>
    /// <exception cref="ExperimentFileException">As for <see cref="Load"/>.</exception>
    public static ExperimentFile Parse(string yaml, string fileName, IReadOnlyList<string>? overrides = null)
    {
        var errors = new ErrorList();
        FileText.CheckSize(System.Text.Encoding.UTF8.GetByteCount(yaml), fileName);
        var tree = YamlTree.ReadFile(yaml, fileName, errors);
        foreach (var text in overrides ?? []) Override.Apply(text, tree, errors);
        errors.ThrowIfAny();

        var start = new ExperimentFile { Name = ExperimentName.FromFile(fileName), Optimizer = RoleOptimizers.Unset };
        var file = Reader.ReadRoot(tree, errors, start, Describe);
        errors.ThrowIfAny();
        return file;
    }

    /// <summary>The resolved file with every default, in the order of the schema. Parsing it gives an equal record.</summary>
    public string ToYaml() => Printer.Print(this, Describe);

    internal static ExperimentFile Describe(Section s, ExperimentFile d)
    {
        var name = s.Scalar("name", d.Name, ExperimentName.Form, "name of the experiment; by default the file's name without its extension");
        var model = s.Map("model", d.Model, ModelSection.Describe, "what is trained", word: ModelSection.Tag);
        ExperimentFile read = new()
        {
            Name = name,
            Model = model,
            Data = s.Map("data", d.Data, DataSection.Describe, "what it is trained on", word: DataSection.Word),
            Steps = s.Int("steps", d.Steps, "workflow steps to train for; a GAN's step is discriminatorSteps discriminator updates and one generator update", 1),
            Batch = s.Int("batch", d.Batch, "examples in a minibatch of each replica", 1, 1 << 20),
            Seed = s.Whole("seed", d.Seed, "names all random streams of the run: same file and seed, same bits", 0),
            Replicas = s.Int("replicas", d.Replicas, "data-parallel copies of each network; their gradients are added in replica order", 1, 4096),
            Shards = s.Int("shards", d.Shards, "slices into which each role's parameters and optimizer state are divided", 1, 4096),
            Threads = s.Int("threads", d.Threads, "threads that one operation uses on a CPU device; part of the result's bits", 1, 256),
            Device = s.Scalar("device", d.Device, DeviceName.Form, "where the networks live; cuda without a number leaves the choice to the silo"),
            Placement = s.Map("placement", d.Placement, (section, value) => PlacementSection.Describe(section, value, model), "which silos of a cluster carry the run; no result depends on it"),
            Precision = s.Word("precision", d.Precision, "number format of parameters and data; float64 is for tests and proofs"),
            Optimizer = RoleOptimizers.Describe(s, d.Optimizer, model),
            Exchange = s.Map("exchange", d.Exchange, ExchangeSection.Describe, "how replicas and shards exchange gradients"),
            Checkpoint = s.Map("checkpoint", d.Checkpoint, CheckpointSection.Describe, "when the state is written to disk"),
            Sample = s.Map("sample", d.Sample, SampleSection.Describe, "the picture of samples"),
            Evaluate = s.Map("evaluate", d.Evaluate, EvaluateSection.Describe, "how `cluster evaluate` judges the run"),
            Metrics = s.Map("metrics", d.Metrics, MetricsSection.Describe, "the rows of metrics.jsonl"),
            Recovery = s.Map("recovery", d.Recovery, RecoverySection.Describe, "what the run does about actors that are lost or late"),
            OnNonFinite = s.Word("onNonFinite", d.OnNonFinite, "what to do when a loss or gradient is not finite; stop: the run fails and names the step, the actor and the last good checkpoint; skip: the update is left out; rollback: the run goes back to its newest checkpoint and leaves the step out"),
        };
        bool waits = model is RbmModel { Staleness: > 0 } or DictionaryModel { Staleness: > 0 };
        s.Require("onNonFinite", !waits || read.OnNonFinite != NonFiniteAction.Rollback, "cannot be rollback with model.staleness: what waits for a step that is left out would be older than the bound when it is used; stop or skip");
        return read;
    }
}
