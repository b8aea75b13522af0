namespace Cluster.Contracts;

/// <summary>
/// Owns one slice of a role's flat parameters with its optimizer state. Key: <c>run/role-shard/index</c>.
/// Every replica sends its gradient for the slice; the shard adds them in replica order, steps, and answers with the new values.
/// </summary>
[Alias("cluster.IParameterShardGrain")]
public interface IParameterShardGrain : ITrainingActor
{
    /// <summary>Takes the slice's initial values, or those of a checkpoint with the optimizer state.</summary>
    Task Open(ShardOpenRequest request);

    /// <summary>
    /// The slice's present values from <paramref name="offset"/> elements on: lent where the asker is on this silo
    /// (then all of them), else at most one chunk.
    /// </summary>
    Task<TensorMessage> Values(long attempt, string askerSilo, long offset);

    /// <summary>
    /// Offers a replica's own memory for the slice. Where it belongs to the shard's device thread the shard moves its values
    /// there and steps them in place from then on, and this replica need not copy them.
    /// </summary>
    /// <returns>Whether the shard took it.</returns>
    Task<bool> Adopt(long attempt, TensorMessage memory);

    /// <summary>One chunk of a gradient that is too large for one message; the last chunk comes with <see cref="Reduce"/>.</summary>
    Task PutChunk(GradientPart part);

    /// <summary>
    /// The last (or only) part of a replica's gradient. Answers once all replicas' gradients are in and the slice has
    /// stepped, with the first chunk of the new values.
    /// </summary>
    Task<TensorMessage> Reduce(GradientPart part);

    /// <summary>The shard's silo.</summary>
    Task<string> Where(long attempt);

    /// <summary>
    /// One message of a compressed gradient. Answers once those of all contributors are in, with what they make together; the last answer
    /// of an update when the slice has stepped.
    /// </summary>
    Task<MixedMessage> Mix(CompressedPart part);

    /// <summary>
    /// Sum of squares of this slice's averaged gradient in float64, for clipping by global norm. Answers when all
    /// replicas' gradients are in.
    /// </summary>
    Task<double> SumOfSquares(long attempt, long update);

    /// <summary>
    /// When a contributor's turn comes to add gradients with the other devices of its role. Roles that share a device must take turns in the
    /// same order on all of them, which is the order in which this one shard of the run is asked first.
    /// </summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="role">The role whose gradients are added.</param>
    /// <param name="update">Which update of that role.</param>
    /// <param name="contributor">Who asks.</param>
    /// <param name="lanes">The number of each contributor's device.</param>
    /// <returns>The place in the order of its device, from 0.</returns>
    Task<long> Turn(long attempt, string role, long update, int contributor, int[] lanes);

    /// <summary>Copies the slice and its optimizer state aside, so that training may go on while they are written.</summary>
    Task Snapshot(StepId at);

    /// <summary>Writes the copy that <see cref="Snapshot"/> made into the checkpoint's folder and drops it.</summary>
    Task<CheckpointFile> WriteSnapshot(StepId at, string checkpoint);
}

/// <summary>What a shard needs beyond <see cref="OpenRequest"/>.</summary>
/// <param name="Common">Run, experiment, index and state.</param>
/// <param name="Role">The role whose parameters it holds a slice of.</param>
[GenerateSerializer, Immutable, Alias("cluster.ShardOpenRequest")]
public sealed record ShardOpenRequest(OpenRequest Common, string Role);

/// <summary>A replica's gradient for a slice, or a part of it.</summary>
/// <param name="At">Attempt and step.</param>
/// <param name="Update">Which update of the role this is, from 0: with k discriminator steps there are k in a workflow step.</param>
/// <param name="Replica">Logical index of the replica.</param>
/// <param name="Silo">The replica's silo.</param>
/// <param name="Offset">First element inside the slice.</param>
/// <param name="Gradient">The elements.</param>
/// <param name="IsAverage">Whether this is the average of all replicas' gradients already, so that no other comes.</param>
[GenerateSerializer, Immutable, Alias("cluster.GradientPart")]
public sealed record GradientPart(
    StepId At,
    long Update,
    int Replica,
    string Silo,
    long Offset,
    TensorMessage Gradient,
    bool IsAverage = false);

/// <summary>A contributor's message in one round of a compressed exchange.</summary>
/// <param name="At">Attempt and step.</param>
/// <param name="Update">Which update of the role this is, from 0.</param>
/// <param name="Contributor">Its place among the role's contributors.</param>
/// <param name="Silo">The contributor's silo.</param>
/// <param name="Round">Which message of the update, from 0.</param>
/// <param name="Tensors">What the compression makes of the gradient.</param>
[GenerateSerializer, Immutable, Alias("cluster.CompressedPart")]
public sealed record CompressedPart(
    StepId At,
    long Update,
    int Contributor,
    string Silo,
    int Round,
    TensorMessage[] Tensors);

/// <summary>What a shard makes of all contributors' messages.</summary>
/// <param name="Tensors">What the compression makes of them.</param>
/// <param name="Scale">After the last message of an update: what the averaged gradient is multiplied by; null where the update is left out.</param>
[GenerateSerializer, Immutable, Alias("cluster.MixedMessage")]
public sealed record MixedMessage(TensorMessage[] Tensors, double? Scale);

/// <summary>One file of a checkpoint, as its manifest lists it.</summary>
/// <param name="Name">File name inside the checkpoint's folder.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Its SHA-256 in lower-case hexadecimal.</param>
[GenerateSerializer, Immutable, Alias("cluster.CheckpointFile")]
public sealed record CheckpointFile(string Name, long Bytes, string Sha256);
