using Cluster.Contracts;
using Cluster.Data;

namespace Cluster.Grains;

/// <summary>A checkpoint's model without shards and optimizers: to draw from and to judge. Everything on one device's thread.</summary>
internal interface ITrainedModel : IDisposable
{
    /// <summary>The pictures that it draws, as <c>samples</c>, <c>filters</c>; the first is drawn where none is named.</summary>
    IReadOnlyList<string> Pictures { get; }

    /// <summary>A picture as a PNG.</summary>
    /// <param name="picture">One of <see cref="Pictures"/>.</param>
    /// <param name="rows">Rows of the grid.</param>
    /// <param name="columns">Columns of the grid.</param>
    /// <param name="seed">Names the streams that it draws from: the same seed gives the same picture.</param>
    byte[] Draw(string picture, int rows, int columns, ulong seed);

    /// <summary>
    /// Figures and pictures on held-out data. Lazy: each item is at most a few seconds of work, and long work tells its progress.
    /// Every item is a visit to the device's thread: a tensor that is kept from one to the next must be detached from the dispose scope.
    /// </summary>
    /// <param name="heldOut">The images of the split that the experiment file names under <c>evaluate</c>.</param>
    IEnumerable<EvaluationItem> Evaluate(ImageDataset heldOut);
}
