using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>How <c>cluster evaluate</c> judges a run.</summary>
public sealed record EvaluateSection
{
    private static readonly Form<string> ClassifierForm = new TextForm(
        "a run's name or a file that ends in .safetensors, of at most 1000 printable characters, or nothing", text => text.Length <= 1000 && !text.Any(char.IsControl));

    public string Split { get; init; } = "test";

    /// <summary>0: all.</summary>
    public int Examples { get; init; } = 10_000;

    /// <summary>k of the importance-weighted estimate of log p(x) (Burda et al. 2016).</summary>
    public int ImportanceSamples { get; init; } = 5000;

    /// <summary>Images that the importance-weighted estimate is made for.</summary>
    public int ImportanceExamples { get; init; } = 200;

    /// <summary>Empty: none.</summary>
    public string Classifier { get; init; } = "";

    /// <summary>Samples that are drawn from the model to be judged.</summary>
    public int Samples { get; init; } = 10_000;

    public int AnnealingChains { get; init; } = 500;

    public int AnnealingSteps { get; init; } = 10_000;

    internal static EvaluateSection Describe(Section s, EvaluateSection d) => new()
    {
        Split = s.Scalar("split", d.Split, DataSection.NameForm, "part of the data set to judge on"),
        Examples = s.Int("examples", d.Examples, "most examples to judge on, from the first on; 0: all", 0),
        ImportanceSamples = s.Int("importanceSamples", d.ImportanceSamples, "vae: k of the importance-weighted estimate of log p(x) (Burda et al. 2016)", 1, 1_000_000),
        ImportanceExamples = s.Int("importanceExamples", d.ImportanceExamples, "vae: examples that this estimate is made for; 0: all that are judged", 0),
        Classifier = s.Scalar("classifier", d.Classifier, ClassifierForm, "what samples are judged by: a run of kind classifier in the same folder of runs, or a .safetensors file that `cluster export` wrote of one; empty: none"),
        Samples = s.Int("samples", d.Samples, "samples that are drawn from the model to be judged by the classifier, and training images that they are compared with", 20, 1_000_000),
        AnnealingChains = s.Int("annealingChains", d.AnnealingChains, "rbm: chains of annealed importance sampling, each way (Salakhutdinov and Murray 2008)", 2, 1_000_000),
        AnnealingSteps = s.Int("annealingSteps", d.AnnealingSteps, "rbm: temperatures between the base rate model and the machine", 2, 10_000_000),
    };
}
