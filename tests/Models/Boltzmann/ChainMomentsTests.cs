using Cluster.Models.Boltzmann;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests.Boltzmann;

public sealed class ChainMomentsTests
{
    [Fact]
    public void States_that_stay_correlate_fully_and_states_that_turn_against_each_other()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor h_MH = tensor(new float[] { 0, 1, 1, 0, 1, 1, 0, 0 }, 4, 2);
        Assert.Equal(1, ChainMoments.Of(h_MH, h_MH).Correlation, 1e-6);
        Assert.Equal(-1, ChainMoments.Of(h_MH, 1 - h_MH).Correlation, 1e-6);
        Assert.Equal(1, ChainMoments.Of(ones(4, 2), ones(4, 2)).Correlation);
    }

    [Fact]
    public void A_machine_of_one_pair_has_the_correlation_that_its_kernel_says()
    {
        // With b = −w/2 = c the chain h → v → h' is symmetric: P(v = 1|h) = σ(±w/2), and the correlation of h and h' is tanh²(w/4).
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        const float w = 3;
        const int chains = 200_000;
        Rbm rbm = new(new RbmOptions { Hidden = 1 }, 1);
        using FlatParameters parameters = new(rbm.Layout, CPU);
        parameters[Rbm.Weight].fill_(w);
        parameters[Rbm.VisibleBias].fill_(-w / 2);
        parameters[Rbm.HiddenBias].fill_(-w / 2);
        using GibbsChains gibbs = new(rbm, chains, CPU);
        gibbs.Start(RandomStream.Named(1, "test", 0, 0, "start"));
        Tensor before = gibbs.Hidden.clone();
        gibbs.Sweep(parameters, 1, RandomStream.Named(1, "test", 0, 0, "sweep"));
        double expected = Math.Pow(Math.Tanh(w / 4), 2);
        Assert.Equal(expected, ChainMoments.Of(before, gibbs.Hidden).Correlation, 5 / Math.Sqrt(chains));
    }
}
