// Restricted Boltzmann machine for collaborative filtering.
//
// Salakhutdinov, Mnih, Hinton: "Restricted Boltzmann machines for collaborative filtering", ICML 2007. Each item is a
// softmax unit over K ratings; a user who did not rate an item has no such unit, so that all users share weights but have
// machines of different sizes. The paper: K = 5, 100 hidden units, contrastive divergence with k raised from 1 to 9,
// learning rate 0.01 per batch of 1,000 users, momentum 0.9, weight decay 0.001.
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Boltzmann;

/// <summary>
/// A machine over items × ratings: softmax visible units with missing entries, binary hidden units. Parameters: <c>weight</c>
/// (I·K, H), <c>visible.bias</c> (I·K), <c>hidden.bias</c> (H). Ratings come as one-hot rows v_BV with V = I·K, item by item;
/// a missing item's K entries are all 0. Holds no tensor.
/// </summary>
public sealed class RatingsRbm
{
    /// <summary>Lays out the machine.</summary>
    /// <param name="items">Items that may be rated, I, at least 1.</param>
    /// <param name="levels">Ratings, K, at least 2.</param>
    /// <param name="hidden">Hidden units, H, at least 1.</param>
    public RatingsRbm(int items, int levels, int hidden)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(items, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(levels, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(hidden, 1);
        (Items, Levels, Hidden) = (items, levels, hidden);
        Layout = new ParameterLayout(
        [
            new(Rbm.Weight, [items * levels, hidden], Initializer.Normal(0, 0.01)),
            new(Rbm.VisibleBias, [items * levels], Initializer.Zeros),
            new(Rbm.HiddenBias, [hidden], Initializer.Zeros),
        ]);
    }

    /// <summary>I.</summary>
    public int Items { get; }

    /// <summary>K.</summary>
    public int Levels { get; }

    /// <summary>H.</summary>
    public int Hidden { get; }

    /// <summary>The parameters in the order of the flat buffer.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>Ratings as one-hot rows.</summary>
    /// <param name="ratings">Users × items, row by row: 1 to K, or 0 where there is none.</param>
    /// <param name="dtype">Type of the result.</param>
    /// <returns>Shape (users, I·K); the caller owns it.</returns>
    /// <exception cref="ArgumentException">Not a whole number of users, or a rating that is not 0 to K.</exception>
    public Tensor OneHot(ReadOnlySpan<int> ratings, ScalarType dtype = ScalarType.Float32)
    {
        if (ratings.Length == 0 || ratings.Length % Items != 0)
            throw new ArgumentException($"{ratings.Length} ratings are not a whole number of users with {Items} items.", nameof(ratings));
        float[] rows = new float[ratings.Length * Levels];
        for (int i = 0; i < ratings.Length; i++)
        {
            if (ratings[i] < 0 || ratings[i] > Levels)
                throw new ArgumentException($"User {i / Items} rates item {i % Items} with {ratings[i]}: ratings are 1 to {Levels}, or 0 for none.", nameof(ratings));
            if (ratings[i] > 0) rows[(i * Levels) + ratings[i] - 1] = 1;
        }

        using Tensor flat = tensor(rows);
        using Tensor shaped = flat.view(ratings.Length / Items, (long)Items * Levels);
        return shaped.to(dtype, copy: true);
    }

    /// <summary>P(h = 1 | v), shape (B, H): missing items are silent.</summary>
    public Tensor HiddenMean(FlatParameters parameters, Tensor v_BV) => v_BV.mm(parameters[Rbm.Weight]).Add(parameters[Rbm.HiddenBias]).sigmoid();

    /// <summary>P(each rating of each item | h), shape (B, V), for all items.</summary>
    public Tensor RatingMean(FlatParameters parameters, Tensor h_BH) =>
        h_BH.mm(parameters[Rbm.Weight].t()).Add(parameters[Rbm.VisibleBias]).view(-1, Items, Levels).softmax(2).view(-1, (long)Items * Levels);

    /// <summary>F(v) of the machine that has the rated items only, shape (B), in nats.</summary>
    public Tensor FreeEnergy(FlatParameters parameters, Tensor v_BV) =>
        -v_BV.mv(parameters[Rbm.VisibleBias]) - v_BV.mm(parameters[Rbm.Weight]).Add(parameters[Rbm.HiddenBias]).Softplus().sum(1);

    /// <summary>
    /// Writes the contrastive-divergence gradient of −log p, mean over the rows, into the flat gradient (equations 5 to 7). Statistics
    /// of the model are those of the same users' items after k sweeps.
    /// </summary>
    /// <param name="parameters">Values, and the gradient that is written.</param>
    /// <param name="v_BV">One-hot ratings.</param>
    /// <param name="sweeps">k, at least 1.</param>
    /// <param name="stream">Random numbers.</param>
    /// <returns>Mean over rated items of −log P(rating | E[h | v]): a reconstruction error in nats.</returns>
    public double Gradient(FlatParameters parameters, Tensor v_BV, int sweeps, RandomStream stream)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sweeps, 1);
        Require(v_BV);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        Tensor rated_BI = v_BV.view(-1, Items, Levels).sum(2);
        Tensor data_BH = HiddenMean(parameters, v_BV), mean_BH = data_BH, fantasy_BV = v_BV;
        for (int sweep = 0; sweep < sweeps; sweep++)
        {
            fantasy_BV = Draw(RatingMean(parameters, Bits(mean_BH, stream)), rated_BI, stream);
            mean_BH = HiddenMean(parameters, fantasy_BV);
        }

        double scale = 1.0 / v_BV.shape[0];
        parameters[Rbm.Weight].grad!.copy_((fantasy_BV.t().mm(mean_BH) - v_BV.t().mm(data_BH)).Mul(scale));
        parameters[Rbm.VisibleBias].grad!.copy_((fantasy_BV - v_BV).sum(0L).Mul(scale));
        parameters[Rbm.HiddenBias].grad!.copy_((mean_BH - data_BH).sum(0L).Mul(scale));
        Tensor fit = (v_BV * RatingMean(parameters, data_BH).ClampMin(1e-30).log()).sum();
        return -fit.AsDouble() / Math.Max(1, rated_BI.sum().AsDouble());
    }

    /// <summary>
    /// P(rating of one item | the user's other ratings), the hidden units summed out exactly (section 2.3, equation 8).
    /// </summary>
    /// <param name="parameters">Values for <see cref="Layout"/>.</param>
    /// <param name="v_BV">One-hot ratings without the item that is asked for.</param>
    /// <param name="item">The item.</param>
    /// <returns>Shape (B, K).</returns>
    /// <exception cref="ArgumentException">A row already rates the item: it would predict what it was told.</exception>
    public Tensor Predict(FlatParameters parameters, Tensor v_BV, int item)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(item);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(item, Items);
        Require(v_BV);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        long first = (long)item * Levels;
        if (v_BV.narrow(1, first, Levels).any().item<bool>())
            throw new ArgumentException($"A row rates item {item} already: leave the rating out that is to be predicted.", nameof(v_BV));
        Tensor input_BH = v_BV.mm(parameters[Rbm.Weight]).Add(parameters[Rbm.HiddenBias]);
        Tensor weight_KH = parameters[Rbm.Weight].narrow(0, first, Levels), bias_K = parameters[Rbm.VisibleBias].narrow(0, first, Levels);
        Tensor score_BK = bias_K.Add(input_BH.unsqueeze(1).Add(weight_KH).Softplus().sum(2));
        return score_BK.softmax(1).MoveToOuterDisposeScope();
    }

    /// <summary>The expected rating, 1 to K, of <see cref="Predict"/>; shape (B).</summary>
    public Tensor PredictMean(FlatParameters parameters, Tensor v_BV, int item)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor p_BK = Predict(parameters, v_BV, item);
        return p_BK.mv(TensorArithmetic.Arange(1, Levels + 1, p_BK.dtype, p_BK.device)).MoveToOuterDisposeScope();
    }

    private static Tensor Bits(Tensor mean, RandomStream stream)
    {
        Tensor u = empty_like(mean);
        stream.FillUniform(u);
        return u.lt(mean).to(mean.dtype);
    }

    // The first rating whose cumulative probability exceeds a uniform number, for rated items only.
    private Tensor Draw(Tensor mean_BV, Tensor rated_BI, RandomStream stream)
    {
        Tensor u_BI = empty_like(rated_BI);
        stream.FillUniform(u_BI);
        Tensor cumulative_BIK = mean_BV.view(-1, Items, Levels).cumsum(2);
        Tensor passed_BI = cumulative_BIK.le(u_BI.unsqueeze(2)).to(ScalarType.Int64).sum(2).Clamp(0, Levels - 1);
        Tensor levels_K = TensorArithmetic.Arange(0, Levels, ScalarType.Int64, mean_BV.device);
        Tensor one_BIK = passed_BI.unsqueeze(2).eq(levels_K).to(mean_BV.dtype) * rated_BI.unsqueeze(2);
        return one_BIK.view(-1, (long)Items * Levels);
    }

    private void Require(Tensor v_BV)
    {
        if (v_BV.dim() != 2 || v_BV.shape[1] != (long)Items * Levels)
            throw new ArgumentException($"Ratings of shape [{string.Join(", ", v_BV.shape)}] do not fit {Items} items of {Levels} ratings: the shape must be [users, {Items * Levels}].", nameof(v_BV));
    }
}
