using Cluster.Contracts;

namespace Cluster.Grains;

/// <summary>
/// The pieces of one minibatch at a decoder. Messages may overtake each other on their way; the work is queued in the pieces' order,
/// so that gradients are always added in the same one.
/// </summary>
internal sealed class DecoderRound
{
    private readonly TaskCompletionSource<Task<DecodedPiece>>[] _pieces;

    public DecoderRound(long step, int pieces)
    {
        Step = step;
        _pieces = [.. Enumerable.Range(0, pieces).Select(_ => new TaskCompletionSource<Task<DecodedPiece>>(TaskCreationOptions.RunContinuationsAsynchronously))];
    }

    /// <summary>The workflow step.</summary>
    public long Step { get; }

    /// <summary>Ends when the last piece is queued, with its work.</summary>
    public Task<Task<DecodedPiece>> Last => _pieces[^1].Task;

    /// <summary>Ends when a piece may be queued: the one before it is.</summary>
    public Task Turn(int piece) => piece == 0 ? Task.CompletedTask : _pieces[piece - 1].Task;

    /// <summary>A piece was queued.</summary>
    public void Queued(int piece, Task<DecodedPiece> decoding) => _pieces[piece].TrySetResult(decoding);

    /// <summary>Sends those home who wait for pieces that will not come.</summary>
    public void Cancel()
    {
        foreach (TaskCompletionSource<Task<DecodedPiece>> piece in _pieces)
        {
            piece.TrySetException(new StaleAttemptException($"the decoder was closed before step {Step} had all its pieces"));
            _ = piece.Task.Exception;
        }
    }
}
