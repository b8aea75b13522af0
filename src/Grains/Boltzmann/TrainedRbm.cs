using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Data;
using Cluster.Models.Boltzmann;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>The machine of a checkpoint, with its particles where it has persistent ones.</summary>
internal sealed class TrainedRbm(RbmBlueprint blueprint, Device device, FlatParameters parameters, Tensor? particles_MH) : ITrainedModel, ISampler
{
    /// <summary>Sweeps between particles and samples, and for a completion.</summary>
    private const int Sweeps = 200;

    private const int Block = 1000;

    private static readonly string[] s_pictures = ["samples", "filters", "reconstructions", "completions"];

    /// <inheritdoc/>
    public IReadOnlyList<string> Pictures { get; } = particles_MH is null ? s_pictures : [.. s_pictures, "particles"];

    /// <inheritdoc/>
    int ISampler.Block => 100;

    /// <inheritdoc/>
    public (float Low, float High) PixelRange => (0, 1);

    /// <inheritdoc/>
    public double Truncation
    {
        set => throw EvaluatorGrain.NoLatents(blueprint);
    }

    /// <summary>Means of the visible units after sweeps from the particles, each of which serves for several samples, or from the data.</summary>
    /// <inheritdoc/>
    float[] ISampler.Samples(int block, int count, ulong seed) => Samples(count, unchecked(seed + (ulong)block));

    /// <inheritdoc/>
    public byte[] Draw(string picture, int rows, int columns, ulong seed) => Draw(picture, rows, columns, seed, blueprint.Data);

    /// <summary>Reconstruction, free energies, pseudo-likelihood, and the likelihood by annealing both ways.</summary>
    /// <inheritdoc/>
    public IEnumerable<EvaluationItem> Evaluate(ImageDataset heldOut)
    {
        int examples = new HeldOut(blueprint, heldOut, 0, 1).Count;
        Sums test = new(), train = new();
        foreach ((Sums sums, ImageDataset images) in new[] { (test, heldOut), (train, blueprint.Data) })
        {
            int count = Math.Min(examples, images.Count);
            for (int first = 0; first < count; first += Block)
            {
                Judge(sums, images, first, Math.Min(Block, count - first));
                yield return EvaluationItem.Progress($"{images.Split}: {Math.Min(first + Block, count)} of {count} images");
            }
        }

        yield return EvaluationItem.Figure("reconstruction", test.Reconstruction / test.Count, "mean squared error of a pixel");
        if (!blueprint.Rbm.IsGaussian)
        {
            yield return EvaluationItem.Figure("pseudoLikelihood", test.Pseudo / test.Count, "nats", test.PseudoError);
        }

        yield return EvaluationItem.Figure("freeEnergyGap", (test.Free / test.Count) - (train.Free / train.Count), "nats, held-out minus training");
        if (Math.Min(blueprint.Rbm.Hidden, blueprint.Rbm.IsGaussian ? blueprint.Rbm.Hidden : blueprint.Rbm.Visible) <= 16)
        {
            double exact = PartitionFunction.Exact(blueprint.Rbm, parameters);
            yield return EvaluationItem.Figure("logZ", exact, "nats");
            yield return EvaluationItem.Figure("logLikelihood", -(test.Free / test.Count) - exact, "nats", test.FreeError);
        }

        foreach (EvaluationItem item in Anneal(test, reverse: false).Concat(Anneal(test, reverse: true)))
        {
            yield return item;
        }

        foreach (string picture in Pictures)
        {
            yield return EvaluationItem.Picture(picture, Draw(picture, 10, picture == "completions" ? 9 : 10, blueprint.Seed, heldOut));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        parameters.Dispose();
        particles_MH?.Dispose();
    }

    /// <summary>log Z and with it the likelihood. Too good forward, too bad backward: the truth lies between.</summary>
    private IEnumerable<EvaluationItem> Anneal(Sums test, bool reverse)
    {
        EvaluateSection wanted = blueprint.File.Evaluate;
        string name = reverse ? "ReverseAis" : "Ais", told = reverse ? "reverse annealing" : "annealing";
        double[] betas = AnnealingSchedule.Salakhutdinov(wanted.AnnealingSteps);

        // About a second of products for each item.
        int piece = (int)Math.Clamp(3e10 / (2.0 * wanted.AnnealingChains * blueprint.Rbm.Visible * blueprint.Rbm.Hidden), 1, 10_000);
        GibbsChains? samples = null;
        AnnealedImportanceSampling? annealing = null;
        try
        {
            if (reverse)
            {
                samples = StartAtData(wanted.AnnealingChains);
                int sweeps = Math.Max(1, wanted.AnnealingSteps / 10);
                for (int done = 0; done < sweeps; done += piece)
                {
                    yield return EvaluationItem.Progress($"{told}: {done} of {sweeps} sweeps from data to the machine's samples");
                    samples.Sweep(parameters, Math.Min(piece, sweeps - done), RandomStream.Named(blueprint.Seed, "evaluate", 0, done, "burn-in"));
                }
            }

            annealing = Start(betas, samples?.Visible, wanted.AnnealingChains);
            while (!annealing.Done)
            {
                annealing.Advance(piece);
                yield return EvaluationItem.Progress($"{told}: {annealing.Step} of {annealing.Steps} temperatures");
            }

            LogEstimate logZ = annealing.Estimate();
            double error = Math.Sqrt((logZ.StandardError * logZ.StandardError) + (test.FreeError * test.FreeError));
            yield return EvaluationItem.Figure("logZ" + name, logZ.Value, "nats", logZ.StandardError);
            yield return EvaluationItem.Figure("logLikelihood" + name, -(test.Free / test.Count) - logZ.Value, "nats", error);
        }
        finally
        {
            samples?.Dispose();
            annealing?.Dispose();
        }
    }

    private AnnealedImportanceSampling Start(double[] betas, Tensor? samples, int chains)
    {
        using DisposeScope scope = NewDisposeScope();
        double[] means = blueprint.Standard.VisibleMeans;
        float[] start = blueprint.Rbm.IsGaussian ? [.. means.Select(mean => (float)mean)] : Rbm.LogOdds(blueprint.Standard.Means);
        Tensor base_D = tensor(start);
        return samples is null
            ? AnnealedImportanceSampling.Forward(blueprint.Rbm, parameters, base_D, chains, betas, blueprint.Seed)
            : AnnealedImportanceSampling.Reverse(blueprint.Rbm, parameters, base_D, samples, betas, blueprint.Seed);
    }

    private GibbsChains StartAtData(int count)
    {
        GibbsChains chains = new(blueprint.Rbm, count, device, blueprint.Type);
        using Tensor start_MD = RbmPictures.Images(blueprint, blueprint.Data, 0, count, device);
        chains.StartAt(parameters, start_MD, RandomStream.Named(blueprint.Seed, "evaluate", 0, 0, "start"));
        return chains;
    }

    private void Judge(Sums sums, ImageDataset images, int first, int count)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        Rbm rbm = blueprint.Rbm;
        Tensor v_BD = RbmPictures.Images(blueprint, images, first, count, device);
        rbm.Check(v_BD);
        Tensor free_B = rbm.FreeEnergy(parameters, v_BD).to(ScalarType.Float64);
        sums.Count += count;
        sums.Free += free_B.sum().AsDouble();
        sums.FreeSquares += free_B.Square().sum().AsDouble();
        sums.Reconstruction += (rbm.Reconstruct(parameters, v_BD) - v_BD).Square().mean([1]).sum().AsDouble();
        if (!rbm.IsGaussian)
        {
            Tensor pseudo_B = PseudoLikelihood.Stochastic(
                rbm, parameters, v_BD.round(), RandomStream.Named(blueprint.Seed, "evaluate", 0, first, "turned")).to(ScalarType.Float64);
            sums.Pseudo += pseudo_B.sum().AsDouble();
            sums.PseudoSquares += pseudo_B.Square().sum().AsDouble();
        }
    }

    private byte[] Draw(string picture, int rows, int columns, ulong seed, ImageDataset images)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        int count = rows * columns;
        return picture switch
        {
            "filters" => Filters(rows, columns),
            "particles" => RbmPictures.Grid(blueprint, RbmPictures.Pixels(blueprint, blueprint.Rbm.VisibleMean(parameters, Particles(Math.Min(count, (int)particles_MH!.shape[0])))), rows, columns),
            "reconstructions" => RbmPictures.Grid(blueprint, Reconstructions(images, Math.Max(1, count / 2)), rows, columns),
            "completions" => RbmPictures.Grid(blueprint, Completions(images, Math.Max(1, count / 3), seed), rows, columns),
            _ => RbmPictures.Grid(blueprint, Samples(count, seed), rows, columns),
        };
    }

    private float[] Samples(int count, ulong seed)
    {
        using GibbsChains chains = particles_MH is null ? StartAtData(count) : new GibbsChains(blueprint.Rbm, count, device, blueprint.Type);
        if (particles_MH is not null)
        {
            chains.Hidden.copy_(Particles(count));
        }

        chains.Sweep(parameters, Sweeps, RandomStream.Named(seed, "sample", 0, 0, "sweep"));
        return RbmPictures.Pixels(blueprint, chains.VisibleMean);
    }

    /// <summary>Hidden units of the first particles; past the last it goes on with the first.</summary>
    private Tensor Particles(int count)
    {
        long[] chosen = [.. Enumerable.Range(0, count).Select(i => i % particles_MH!.shape[0])];
        return particles_MH!.index_select(0, tensor(chosen)).to(blueprint.Type, device);
    }

    /// <summary>Weights of the hidden units with the largest norms, each over its own range around 0.</summary>
    private byte[] Filters(int rows, int columns)
    {
        Tensor w_HD = parameters[Rbm.Weight].detach().t().to(ScalarType.Float32).cpu().contiguous();
        Tensor order = w_HD.Square().sum([1]).argsort(0, descending: true).narrow(0, 0, Math.Min(rows * columns, (int)blueprint.Rbm.Hidden));
        Tensor chosen = w_HD.index_select(0, order);
        Tensor range = chosen.abs().amax([1L], keepdim: true).ClampMin(1e-12);
        return RbmPictures.Grid(blueprint, (chosen / range).contiguous().data<float>().ToArray(), rows, columns, -1, 1);
    }

    /// <summary>Original and reconstruction, pair after pair.</summary>
    private float[] Reconstructions(ImageDataset images, int pairs)
    {
        Tensor v_BD = RbmPictures.Images(blueprint, images, 0, pairs, device);
        Tensor both = stack([v_BD, blueprint.Rbm.Reconstruct(parameters, v_BD)], 1);
        return RbmPictures.Pixels(blueprint, both.view(2 * pairs, -1));
    }

    /// <summary>Original, its upper half, and the completion of that, three after three.</summary>
    private float[] Completions(ImageDataset images, int triples, ulong seed)
    {
        Tensor v_BD = RbmPictures.Images(blueprint, images, 0, triples, device);
        int plane = images.Height * images.Width, upper = images.Height / 2 * images.Width;
        float[] mask = [.. Enumerable.Range(0, images.Pixels).Select(pixel => pixel % plane < upper ? 1f : 0f)];
        Tensor known_D = tensor(mask).to(blueprint.Type, device);
        float middle = (blueprint.Standard.Low + blueprint.Standard.High) / 2;
        Tensor half_BD = (v_BD * known_D).Add(blueprint.Standard.Applies ? zeros_like(known_D) : known_D.SubtractedFrom(1).Mul(middle));
        Tensor completed_BD = Completion.Run(blueprint.Rbm, parameters, v_BD, known_D, Sweeps, RandomStream.Named(seed, "sample", 0, 0, "complete"));
        return RbmPictures.Pixels(blueprint, stack([v_BD, half_BD, completed_BD], 1).view(3 * triples, -1));
    }

    private sealed class Sums
    {
        public int Count { get; set; }

        public double Free { get; set; }

        public double FreeSquares { get; set; }

        public double Reconstruction { get; set; }

        public double Pseudo { get; set; }

        public double PseudoSquares { get; set; }

        public double FreeError => Error(Free, FreeSquares);

        public double PseudoError => Error(Pseudo, PseudoSquares);

        private double Error(double sum, double squares)
        {
            double mean = sum / Count;
            return Math.Sqrt(Math.Max(0, (squares / Count) - (mean * mean)) / Count);
        }
    }
}
