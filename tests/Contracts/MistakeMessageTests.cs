using Cluster.Contracts.Experiments;
using static Cluster.Contracts.Tests.Mistakes;

namespace Cluster.Contracts.Tests;

/// <summary>Every mistake a person can make inside a file: the whole message, with its place.</summary>
public sealed class MistakeMessageTests
{
    private const string Gan = "model: gan\n";

    [Theory]
    // unknown keys
    [InlineData("stpes: 5", "x.yaml:2:1: stpes: is not a known key; did you mean steps?")]
    [InlineData("batch_size: 5", "x.yaml:2:1: batch_size: is not a known key; did you mean batch?")]
    [InlineData("Seed: 5", "x.yaml:2:1: Seed: is not a known key; did you mean seed?")]
    [InlineData("sead: 5", "x.yaml:2:1: sead: is not a known key; did you mean seed?")]
    [InlineData("latent: 5", "x.yaml:2:1: latent: is not a key of this section; did you mean model.latent?")]
    [InlineData("hidden: [5]", "x.yaml:2:1: hidden: is not a key of this section; did you mean model.generator.hidden or model.discriminator.hidden or model.hidden or model.encoder.hidden or model.decoder.hidden?")]
    [InlineData("\"\": 5", "x.yaml:2:1: is not a known key; known here are name, model, data, steps, batch, seed, replicas, shards, threads, device, placement, precision, optimizer, exchange, checkpoint, sample, evaluate, metrics, recovery, onNonFinite")]
    [InlineData("metrics: {evry: 5}", "x.yaml:2:11: metrics.evry: is not a known key; did you mean every?")]
    [InlineData("metrics: {zzz: 5}", "x.yaml:2:11: metrics.zzz: is not a known key; known here are every, traceEvery")]
    // duplicates
    [InlineData("steps: 5\nsteps: 6", "x.yaml:3:1: steps: stands twice in the same section, first at line 2; keep one")]
    // integers
    [InlineData("steps: -5", "x.yaml:2:8: steps: must be a whole number of at least 1, but is -5")]
    [InlineData("steps: 0", "x.yaml:2:8: steps: must be a whole number of at least 1, but is 0")]
    [InlineData("steps: many", "x.yaml:2:8: steps: must be a whole number of at least 1, but is many")]
    [InlineData("steps: \"5\"", "x.yaml:2:8: steps: must be a whole number of at least 1, but is the text \"5\"; write it without quotes")]
    [InlineData("steps: 2e3", "x.yaml:2:8: steps: must be a whole number of at least 1, but is 2e3; write 2000")]
    [InlineData("steps: 2.5", "x.yaml:2:8: steps: must be a whole number of at least 1, but is 2.5")]
    [InlineData("steps: 2_000", "x.yaml:2:8: steps: must be a whole number of at least 1, but is 2_000; write 2000")]
    [InlineData("steps: 3000000000", "x.yaml:2:8: steps: must be a whole number of at least 1, but is 3000000000; the largest is 2147483647")]
    [InlineData("steps: [5]", "x.yaml:2:8: steps: must be a whole number of at least 1, but is a list")]
    [InlineData("steps: {a: 5}", "x.yaml:2:8: steps: must be a whole number of at least 1, but is a section")]
    [InlineData("steps:", "x.yaml:2:1: steps: has no value; it must be a whole number of at least 1, or leave the key out for the default 2000")]
    [InlineData("seed: -1", "x.yaml:2:7: seed: must be a whole number of at least 0, but is -1")]
    [InlineData("seed: 9223372036854775808", "x.yaml:2:7: seed: must be a whole number of at least 0, but is 9223372036854775808; the largest is 9223372036854775807")]
    [InlineData("seed: -99999999999999999999", "x.yaml:2:7: seed: must be a whole number of at least 0, but is -99999999999999999999")]
    [InlineData("threads: 257", "x.yaml:2:10: threads: must be a whole number from 1 to 256, but is 257")]
    [InlineData("checkpoint: {keep: 0}", "x.yaml:2:20: checkpoint.keep: must be a whole number from 1 to 1000000, but is 0")]
    [InlineData("checkpoint: {every: -1}", "x.yaml:2:21: checkpoint.every: must be a whole number of at least 0, but is -1")]
    [InlineData("metrics: {every: 0}", "x.yaml:2:18: metrics.every: must be a whole number of at least 1, but is 0")]
    // numbers
    [InlineData("optimizer: {learningRate: 0}", "x.yaml:2:27: optimizer.learningRate: must be a number greater than 0, but is 0")]
    [InlineData("optimizer: {learningRate: 1e-400}", "x.yaml:2:27: optimizer.learningRate: must be a number greater than 0, but is 1e-400")]
    [InlineData("optimizer: {learningRate: 1e400}", "x.yaml:2:27: optimizer.learningRate: must be a number greater than 0, but is 1e400")]
    [InlineData("optimizer: {learningRate: .nan}", "x.yaml:2:27: optimizer.learningRate: must be a number greater than 0, but is .nan")]
    [InlineData("optimizer: {learningRate: .inf}", "x.yaml:2:27: optimizer.learningRate: must be a number greater than 0, but is .inf")]
    [InlineData("optimizer:\n  learningRate: 0,001", "x.yaml:3:17: optimizer.learningRate: must be a number greater than 0, but is 0,001; write 0.001")]
    [InlineData("optimizer: {learningRate: 0.000_2}", "x.yaml:2:27: optimizer.learningRate: must be a number greater than 0, but is 0.000_2; write 0.0002")]
    [InlineData("optimizer: {learningRate: '0.1'}", "x.yaml:2:27: optimizer.learningRate: must be a number greater than 0, but is the text \"0.1\"; write it without quotes")]
    [InlineData("optimizer: {beta1: 1}", "x.yaml:2:20: optimizer.beta1: must be a number of at least 0 and less than 1, but is 1")]
    [InlineData("optimizer: {weightDecay: -1}", "x.yaml:2:26: optimizer.weightDecay: must be a number of at least 0, but is -1")]
    [InlineData("optimizer: {clipNorm: soon}", "x.yaml:2:23: optimizer.clipNorm: must be a number of at least 0, but is soon")]
    // words, flags, patterns, text
    [InlineData("precision: float16", "x.yaml:2:12: precision: must be one of float32, float64, but is float16; did you mean float32?")]
    [InlineData("exchange: {compression: {name: top-k, share: 0}}", "x.yaml:2:46: exchange.compression.share: must be a number greater than 0 and at most 1, but is 0")]
    [InlineData("exchange: {compression: {name: power-sgd, rank: 0}}", "x.yaml:2:49: exchange.compression.rank: must be a whole number from 1 to 4096, but is 0")]
    [InlineData("exchange: {compression: topk}", "x.yaml:2:25: exchange.compression.name: must be one of none, top-k, power-sgd, but is topk; did you mean top-k?")]
    [InlineData("exchange: {precision: bfloat16, compression: power-sgd}", "x.yaml:2:12: exchange.precision: cannot be less than float32 with compression power-sgd: its factors travel as they are")]
    [InlineData("exchange: {localSteps: -1}", "x.yaml:2:24: exchange.localSteps: must be a whole number from 0 to 1000000, but is -1")]
    [InlineData("exchange: {nccl: on}", "x.yaml:2:18: exchange.nccl: must be one of auto, off, but is on")]
    [InlineData("exchange: {outerMomentum: 1}", "x.yaml:2:27: exchange.outerMomentum: must be a number of at least 0 and less than 1, but is 1")]
    [InlineData("precision: half", "x.yaml:2:12: precision: must be one of float32, float64, but is half")]
    [InlineData("onNonFinite: skp", "x.yaml:2:14: onNonFinite: must be one of stop, skip, rollback, but is skp; did you mean skip?")]
    [InlineData("optimizer: {name: sgd, nesterov: yes}", "x.yaml:2:34: optimizer.nesterov: must be true or false, but is yes")]
    [InlineData("optimizer: {name: sgd, nesterov: true}", "x.yaml:2:24: optimizer.nesterov: needs momentum above 0 and dampening 0")]
    [InlineData("device: gpu", "x.yaml:2:9: device: must be cpu, cuda or cuda:N with N from 0 to 255, but is gpu")]
    [InlineData("device: cuda:-1", "x.yaml:2:9: device: must be cpu, cuda or cuda:N with N from 0 to 255, but is cuda:-1")]
    [InlineData("device: cuda:256", "x.yaml:2:9: device: must be cpu, cuda or cuda:N with N from 0 to 255, but is cuda:256")]
    [InlineData("sample: {grid: 8}", "x.yaml:2:16: sample.grid: must be ROWSxCOLUMNS such as 8x8, each from 1 to 100, but is 8")]
    [InlineData("sample: {grid: 0x8}", "x.yaml:2:16: sample.grid: must be ROWSxCOLUMNS such as 8x8, each from 1 to 100, but is 0x8")]
    [InlineData("sample: {grid: 8x8x8}", "x.yaml:2:16: sample.grid: must be ROWSxCOLUMNS such as 8x8, each from 1 to 100, but is 8x8x8")]
    [InlineData("name: My Run", "x.yaml:2:7: name: must be a name of small letters, digits and hyphens that begins with a letter or digit, at most 64 characters, but is My Run")]
    [InlineData("name: -x", "x.yaml:2:7: name: must be a name of small letters, digits and hyphens that begins with a letter or digit, at most 64 characters, but is -x")]
    [InlineData("name: ../up", "x.yaml:2:7: name: must be a name of small letters, digits and hyphens that begins with a letter or digit, at most 64 characters, but is ../up")]
    [InlineData("data: \"\"", "x.yaml:2:7: data.name: must be a name of 1 to 200 printable characters, but is the text \"\"")]
    [InlineData("data: \"a\\eb\"", "x.yaml:2:7: data.name: must be a name of 1 to 200 printable characters, but is the text \"a\\u001bb\"")]
    // sections
    [InlineData("data:", "x.yaml:2:1: data: has no value; it must be a section of keys with values")]
    [InlineData("data: [mnist]", "x.yaml:2:7: data: must be a section of keys with values, but is a list")]
    [InlineData("checkpoint: often", "x.yaml:2:13: checkpoint: must be a section of keys with values, but is often")]
    // optimizers
    [InlineData("optimizer: admw", "x.yaml:2:12: optimizer.name: must be one of sgd, adam, adamw, rmsprop, but is admw; did you mean adamw?")]
    [InlineData("optimizer: lion", "x.yaml:2:12: optimizer.name: must be one of sgd, adam, adamw, rmsprop, but is lion")]
    [InlineData("optimizer: {name: [adam]}", "x.yaml:2:19: optimizer.name: must be one of sgd, adam, adamw, rmsprop, but is a list")]
    [InlineData("optimizer: {name: adam, momentum: 0.9}", "x.yaml:2:25: optimizer.momentum: is not an option of adam, but of sgd and rmsprop")]
    [InlineData("optimizer: {name: sgd, beta1: 0.9}", "x.yaml:2:24: optimizer.beta1: is not an option of sgd, but of adam and adamw")]
    [InlineData("optimizer: {alpha: 0.9}", "x.yaml:2:13: optimizer.alpha: is not an option of adam, but of rmsprop")]
    [InlineData("optimizer: {learning_rate: 0.9}", "x.yaml:2:13: optimizer.learning_rate: is not a known key; did you mean learningRate?")]
    [InlineData("optimizer: {lr: 0.9}", "x.yaml:2:13: optimizer.lr: is not a known key; known here are name, learningRate, beta1, beta2, epsilon, weightDecay, clipNorm, schedule")]
    [InlineData("optimizer: {generatr: {name: sgd}}", "x.yaml:2:13: optimizer.generatr: is not a role of this model; did you mean generator? (the roles are generator, discriminator)")]
    [InlineData("optimizer: {encoder: {name: sgd}}", "x.yaml:2:13: optimizer.encoder: is not a role of this model (the roles are generator, discriminator)")]
    [InlineData("optimizer: {learningRate: 1, generator: {name: sgd}}", "x.yaml:2:13: optimizer.learningRate: cannot stand beside options of single roles; write it under each role, as optimizer.generator.learningRate and optimizer.discriminator.learningRate")]
    [InlineData("optimizer: {generator: {beta3: 1}}", "x.yaml:2:25: optimizer.generator.beta3: is not a known key; did you mean beta1?")]
    [InlineData("optimizer: {generator: 5}", "x.yaml:2:24: optimizer.generator.name: must be one of sgd, adam, adamw, rmsprop, but is 5")]
    [InlineData("optimizer: {schedule: cosin}", "x.yaml:2:23: optimizer.schedule.name: must be one of constant, linear, cosine, but is cosin; did you mean cosine?")]
    [InlineData("optimizer: {schedule: {until: 5}}", "x.yaml:2:24: optimizer.schedule.until: counts only with name: linear or cosine; remove it or choose that")]
    [InlineData("optimizer: {schedule: {name: linear, from: 5, until: 4}}", "x.yaml:2:47: optimizer.schedule.until: must lie behind from, or be 0 for the run's last step")]
    [InlineData("optimizer: {schedule: {name: linear, final: 2}}", "x.yaml:2:45: optimizer.schedule.final: must be a number from 0 to 1, but is 2")]
    [InlineData("optimizer: {schedule: {name: linear}, generator: {name: sgd}}", "x.yaml:2:13: optimizer.schedule: cannot stand beside options of single roles; write it under each role, as optimizer.generator.schedule and optimizer.discriminator.schedule")]
    [InlineData("optimizer: {generator: }", "x.yaml:2:13: optimizer.generator: has no value; it must be a section of keys with values")]
    public void AMistakeBesideAGoodModel(string line, string message) => Assert.Equal(message, Of(Gan + line + "\n"));

    [Theory]
    [InlineData("steps: 5", "x.yaml:1:1: model.kind: is missing; it must be one of gan, rbm, autoencoder, vae, vq-vae, dictionary, classifier")]
    [InlineData("model: {}", "x.yaml:1:8: model.kind: is missing; it must be one of gan, rbm, autoencoder, vae, vq-vae, dictionary, classifier")]
    [InlineData("model: {latent: 3}", "x.yaml:1:8: model.kind: is missing; it must be one of gan, rbm, autoencoder, vae, vq-vae, dictionary, classifier")]
    [InlineData("model:", "x.yaml:1:1: model: has no value; it must be a section of keys with values")]
    [InlineData("model: gna", "x.yaml:1:8: model.kind: must be one of gan, rbm, autoencoder, vae, vq-vae, dictionary, classifier, but is gna; did you mean gan?")]
    [InlineData("model: {kind: [gan]}", "x.yaml:1:15: model.kind: must be one of gan, rbm, autoencoder, vae, vq-vae, dictionary, classifier, but is a list")]
    [InlineData("model: [gan]", "x.yaml:1:8: model: must be a section of keys with values, but is a list")]
    // nothing is said about keys that may be right for the kind that was meant
    [InlineData("model: {kind: flow, beta: 2}\noptimizer: {encoder: {name: adam}}", "x.yaml:1:15: model.kind: must be one of gan, rbm, autoencoder, vae, vq-vae, dictionary, classifier, but is flow")]
    [InlineData("model: {kind: gan, latents: 2}", "x.yaml:1:20: model.latents: is not a known key; did you mean latent?")]
    [InlineData("model: {kind: gan, prior: gaussian}", "x.yaml:1:27: model.prior: must be one of normal, uniform, but is gaussian")]
    [InlineData("model: {kind: gan, objective: nonsaturating}", "x.yaml:1:31: model.objective: must be one of minimax, non-saturating, least-squares, hinge, wasserstein, wasserstein-gp, kl, reverse-kl, squared-hellinger, jensen-shannon, energy-based, but is nonsaturating; did you mean non-saturating?")]
    [InlineData("model: {kind: gan, generator: {net: cnn}}", "x.yaml:1:37: model.generator.net: must be one of mlp, dcgan, but is cnn")]
    [InlineData("model: {kind: gan, generator: {hidden: 256}}", "x.yaml:1:40: model.generator.hidden: must be a list such as [256, 512], but is 256")]
    [InlineData("model: {kind: gan, generator: {hidden: }}", "x.yaml:1:32: model.generator.hidden: has no value; it must be a list such as [256, 512], or leave the key out for that default")]
    [InlineData("model: {kind: gan, generator: {hidden: [256, -1]}}", "x.yaml:1:46: model.generator.hidden[1]: must be a whole number from 1 to 1048576, but is -1")]
    [InlineData("model: {kind: gan, generator: {hidden: [[256]]}}", "x.yaml:1:41: model.generator.hidden[0]: must be a whole number from 1 to 1048576, but is a list")]
    [InlineData("model: {kind: gan, generator: {activation: relu, slope: 0.1}}", "x.yaml:1:50: model.generator.slope: counts only with activation: leaky-relu; remove it or choose that")]
    [InlineData("model: {kind: vae, objective: iwae, beta: 2}", "x.yaml:1:37: model.beta: goes with `objective: elbo`; the importance weighted bound has no KL term to multiply")]
    [InlineData("model: {kind: vae, beta: -1}", "x.yaml:1:26: model.beta: must be a number of at least 0, but is -1")]
    [InlineData("model: {kind: vae, samples: 0}", "x.yaml:1:29: model.samples: must be a whole number from 1 to 65536, but is 0")]
    [InlineData("model: {kind: autoencoder, contraction: -1}", "x.yaml:1:41: model.contraction: must be a number of at least 0, but is -1")]
    [InlineData("model: {kind: autoencoder, sparsity: kl}", "x.yaml:1:28: model.sparsity: kl needs mean activations between 0 and 1: write `code: sigmoid`")]
    [InlineData("model: {kind: autoencoder, net: convolutional, tied: true}", "x.yaml:1:48: model.tied: goes with `net: mlp`")]
    [InlineData("model: {kind: gan, generator: {activation: lrelu}}", "x.yaml:1:44: model.generator.activation: must be one of leaky-relu, relu, elu, tanh, sigmoid, but is lrelu; did you mean relu?")]
    [InlineData("model: {kind: gan, generator: {output: relu}}", "x.yaml:1:40: model.generator.output: must be one of tanh, sigmoid, linear, but is relu")]
    [InlineData("model: {kind: gan, discriminator: {labelSmoothing: 0.6}}", "x.yaml:1:52: model.discriminator.labelSmoothing: must be a number from 0 to 0.5, but is 0.6")]
    [InlineData("model: {kind: gan, discriminator: {output: tanh}}", "x.yaml:1:36: model.discriminator.output: is not a key of this section; did you mean model.generator.output?")]
    [InlineData("model: {kind: gan, weightClip: 0.1}", "x.yaml:1:20: model.weightClip: counts only with objective: wasserstein; remove it or choose that")]
    [InlineData("model: {kind: gan, gradientPenalty: 5}", "x.yaml:1:20: model.gradientPenalty: counts only with objective: wasserstein-gp; remove it or choose that")]
    [InlineData("model: {kind: gan, objective: hinge, discriminator: {labelSmoothing: 0.1}}", "x.yaml:1:20: model.objective: has no labels that discriminator.labelSmoothing could smooth; set that to 0, or choose minimax, non-saturating or least-squares")]
    [InlineData("model: {kind: gan, objective: wasserstein-gp, discriminator: {net: dcgan}}", "x.yaml:1:20: model.objective: wasserstein-gp penalizes the gradient of each image alone, so that images of a batch must not meet: write discriminator: {batchNorm: false}, and minibatchKernels: 0")]
    [InlineData("model: {kind: gan, discriminator: {spectralScale: 2}}", "x.yaml:1:36: model.discriminator.spectralScale: counts only with spectralNorm: true; remove it or choose that")]
    [InlineData("model: {kind: gan, discriminator: {batchNorm: false}}", "x.yaml:1:36: model.discriminator.batchNorm: counts only with net: dcgan; remove it or choose that")]
    [InlineData("model: {kind: gan, margin: 2}", "x.yaml:1:20: model.margin: counts only with objective: energy-based; remove it or choose that")]
    [InlineData("model: {kind: gan, pullingAway: 0.1}", "x.yaml:1:20: model.pullingAway: counts only with objective: energy-based; remove it or choose that")]
    [InlineData("model: {kind: gan, objective: energy-based, discriminator: {hidden: []}}", "x.yaml:1:20: model.objective: energy-based makes the discriminator an autoencoder, whose code is its last hidden layer: write at least one width under discriminator.hidden, and minibatchKernels: 0")]
    [InlineData("model: {kind: gan, objective: energy-based, codes: {categorical: [10]}}", "x.yaml:1:20: model.objective: energy-based has no head that could read codes; leave codes out, or choose another objective")]
    [InlineData("model: {kind: gan, codes: {categorical: [1]}}", "x.yaml:1:42: model.codes.categorical[0]: must be a whole number from 2 to 65536, but is 1")]
    [InlineData("model: {kind: gan, codes: {continuous: -1}}", "x.yaml:1:40: model.codes.continuous: must be a whole number from 0 to 65536, but is -1")]
    [InlineData("model: {kind: gan, generator: {average: 1}}", "x.yaml:1:41: model.generator.average: must be a number of at least 0 and less than 1, but is 1")]
    [InlineData("model: {kind: gan, generator: {spectralScale: 2}}", "x.yaml:1:32: model.generator.spectralScale: counts only with spectralNorm: true; remove it or choose that")]
    [InlineData("model: {kind: gan, generator: {classEmbedding: 8}}", "x.yaml:1:32: model.generator.classEmbedding: counts only with net: dcgan; remove it or choose that")]
    [InlineData("model: {kind: gan, generator: {net: dcgan, classEmbedding: 8}}", "x.yaml:1:20: model.generator: classEmbedding needs classes: write conditional: true, or classEmbedding: 0")]
    [InlineData("model: {kind: gan, generator: {initialization: he}}", "x.yaml:1:48: model.generator.initialization: must be one of default, orthogonal, but is he")]
    [InlineData("model: {kind: gan, discriminatorSteps: 0}", "x.yaml:1:40: model.discriminatorSteps: must be a whole number from 1 to 1000, but is 0")]
    public void AMistakeInTheModel(string yaml, string message) => Assert.Equal(message, Of(yaml));

    [Theory]
    [InlineData("rbm")]
    [InlineData("dictionary")]
    public void Statistics_that_wait_for_a_step_cannot_have_it_left_out(string kind)
    {
        string text = $"model: {{kind: {kind}, staleness: 2}}\nonNonFinite: ";
        Assert.Equal(
            "x.yaml:2:1: onNonFinite: cannot be rollback with model.staleness: what waits for a step that is left out would be older than the bound when it is used; stop or skip",
            Of(text + "rollback\n"));
        Assert.Equal(NonFiniteAction.Skip, Good(text + "skip\n").OnNonFinite);
    }

    [Fact]
    public void TooManyLayersAreRefusedAsAWhole() =>
        Assert.Equal(
            "x.yaml:1:40: model.generator.hidden: must have at most 64 items, but has 65",
            Of($"model: {{kind: gan, generator: {{hidden: [{string.Join(", ", Enumerable.Repeat(8, 65))}]}}}}"));

    [Fact]
    public void AllMistakesAreToldAtOnceInTheOrderOfTheFileThenTheFlags()
    {
        var error = Assert.Throws<ExperimentFileException>(() => ExperimentFile.Parse(
            "bach: 3\nmodel: {kind: gan, prior: flat}\nsteps: -1\n", "dir/x.yaml", ["threads=0"]));
        Assert.Equal(
            """
            dir/x.yaml:1:1: bach: is not a known key; did you mean batch?
            dir/x.yaml:2:27: model.prior: must be one of normal, uniform, but is flat
            dir/x.yaml:3:8: steps: must be a whole number of at least 1, but is -1
            --set threads=0: threads: must be a whole number from 1 to 256, but is 0
            """.ReplaceLineEndings("\n"),
            error.Message);
        Assert.Equal(new("dir/x.yaml", 3, 8, "steps", "must be a whole number of at least 1, but is -1"), error.Errors[2]);
        Assert.Equal(("--set threads=0", 0, "threads"), (error.Errors[3].File, error.Errors[3].Line, error.Errors[3].Key));
    }

    [Fact]
    public void AMistakeInASharedOptimizerIsToldOnce() =>
        Assert.Single(Of(Gan + "optimizer: {beta1: 2}").Split('\n'));

    [Fact]
    public void ManyMistakesAreCounted()
    {
        var lines = Of(Gan + string.Concat(Enumerable.Range(0, 25).Select(i => $"zz{i}: 1\n"))).Split('\n');
        Assert.Equal(21, lines.Length);
        Assert.Equal("and 5 more", lines[^1]);
    }

    [Fact]
    public void ForeignTextCannotWriteToTheTerminalOrFillIt()
    {
        var message = Of(Gan + "\"\\e[2J" + new string('k', 5000) + "\": 1");
        Assert.DoesNotContain('\u001b', message);
        Assert.True(message.Length < 500, message);
    }
}
