using System.Text.RegularExpressions;

namespace Cluster.Grains;

/// <summary>Every figure that a row of <c>metrics.jsonl</c> may have, and so every <c>cluster.signal</c>.</summary>
internal static partial class SignalCatalog
{
    public static IReadOnlyList<SignalInfo> All { get; } =
    [
        new("{role}.gradientNorm", "1", "all with an optimizer", "2-norm of the role's averaged gradient over all shards, before clipping; of replicas that step by themselves, of what they bring to the steps in which they meet"),
        new("{role}.weightNorm", "1", "all with an optimizer", "2-norm of the role's parameters after the step"),
        new("{role}.updateRatio", "1", "all with an optimizer", "2-norm of the step beside that of the parameters: about a thousandth is healthy"),
        new("discriminatorLoss", "nat", "gan", "the discriminator's objective, of its last update in the step; no unit for objectives other than logarithmic ones"),
        new("generatorLoss", "nat", "gan", "the generator's objective; likewise"),
        new("realScore", "1", "gan", "D(x): mean probability of being real that data get, or the mean output where outputs are no logits"),
        new("fakeScore", "1", "gan", "D(G(z)): likewise of fakes"),
        new("diversity", "1", "gan", "mean squared distance of two fakes of a minibatch beside that of two of its data: 1 is as varied as the data, 0 is one image only"),
        new("classCoverage", "1", "gan, data with labels", "share of the minibatch's classes that some fake is nearest to, by the classes' mean images"),
        new("classAgreement", "1", "gan, conditional", "share of fakes that are nearest to the class they were asked for"),
        new("loss", "nat", "autoencoder, vae, vq-vae, classifier", "minus the bound, or the reconstruction error, with the encoder's penalty; of a classifier the cross-entropy"),
        new("accuracy", "1", "classifier", "share of the minibatch that is told right"),
        new("reconstruction", "nat", "autoencoder, vae, vq-vae, rbm", "mean of −log p(x|z); of an rbm the mean squared difference of a pixel and its mean-field reconstruction (no unit)"),
        new("rate", "nat", "autoencoder, vae, vq-vae", "β times the KL of the posterior, or log q(z|x) − log p(z)"),
        new("penalty", "1", "autoencoder, vae, vq-vae", "what the encoder alone adds to the loss"),
        new("kl", "nat", "vae", "KL of the posterior's marginals to the prior, summed over the code; for a posterior without correlations its whole KL, without β"),
        new("klMin", "nat", "vae", "the least KL of one unit of the code"),
        new("klMedian", "nat", "vae", "the middle one"),
        new("klMax", "nat", "vae", "the greatest"),
        new("kl.{i}", "nat", "vae", "KL of unit i of the code, for codes of at most 16 units"),
        new("activeUnits", "{unit}", "vae", "units of the code whose posterior mean varies over the minibatches by more than 0.01 (Burda et al. 2016)"),
        new("hiddenActivity", "1", "rbm", "mean P(h = 1 | v) of data"),
        new("pseudoLikelihood", "nat", "rbm, Bernoulli", "stochastic pseudo-log-likelihood of an image"),
        new("chainActivity", "1", "rbm, persistent", "mean P(h = 1 | v) of the coldest particles"),
        new("swapRate", "1", "rbm, tempered", "share of swaps that were accepted in the last round, over all pairs"),
        new("swapRateMin", "1", "rbm, tempered", "the least share of swaps that a pair of neighbouring temperatures accepted since the last row"),
        new("staleness", "{step}", "rbm, dictionary and gan, stale", "how many steps old the statistics, or the fakes that the discriminator learns on, are at most"),
        new("chainAutocorrelation", "1", "rbm, persistent", "correlation of the coldest particles' hidden units before and after an update, around each unit's mean over the particles"),
        new("freeEnergyTrain", "nat", "rbm", "mean free energy of the first 100 training images; of one row in a hundred steps"),
        new("freeEnergyHeldOut", "nat", "rbm, where there is a held-out split", "likewise of held-out images"),
        new("freeEnergyGap", "nat", "rbm, where there is a held-out split", "held-out minus training: how much likelier the machine finds training data"),
        new("objective", "1", "dictionary", "mean of ½‖x − hD‖² + λ‖h‖₁"),
        new("density", "1", "dictionary", "share of codes that are not 0"),
        new("atomUse", "1", "dictionary", "share of atoms that some code of the step uses"),
        new("replaced", "{atom}", "dictionary", "atoms replaced in the step"),
        new("replacedAtoms", "{atom}", "dictionary", "atoms replaced since the last row"),
        new("deadAtoms", "1", "dictionary", "share of atoms that no code has used for 50 updates"),
        new("predictionLoss", "1", "dictionary with an encoder", "squared error of the predicted codes"),
        new("samplesPerSecond", "{sample}/s", "all", "examples seen in a second, by all replicas", true),
        new("deviceBusy", "1", "all", "share of the time that the devices of the run spend in work, their mean", true),
        new("inputShare", "1", "all", "share of the time that a device spends making minibatches, the largest of all devices", true),
        new("exchangeBytes", "By", "all", "gradients and values that a step moves between devices or silos; 0 where all is on one device's thread", true),
        new("exchangeWait", "s", "all", "time of a step from the last gradient's readiness until its actor has the new values, of the role that waits longest, of a gan whose networks take turns the sum over its roles; 0 on one device", true),
        new("exchangeShare", "1", "all", "that as a share of the time", true),
        new("lateness", "1", "all", "share of the time by which the latest actor's gradients come after the middle of its kind", true),
        new("checkpointSeconds", "s", "all", "writing of the newest checkpoint, beside the training", true),
    ];

    /// <summary>What a figure is; null where it is none of these.</summary>
    public static SignalInfo? Of(string figure) => All.FirstOrDefault(each => each.Name == figure)
        ?? All.FirstOrDefault(each => each.Name.Contains('{', StringComparison.Ordinal)
            && Regex.IsMatch(figure, "^" + Part().Replace(Regex.Escape(each.Name).Replace(@"\{", "{", StringComparison.Ordinal), "[a-z0-9-]+") + "$"));

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Part();
}
