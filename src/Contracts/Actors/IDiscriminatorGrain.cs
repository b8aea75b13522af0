using Orleans.Concurrency;

namespace Cluster.Contracts;

/// <summary>One replica of a discriminator on one device. Key: <c>run/discriminator/index</c>.</summary>
[Alias("cluster.IDiscriminatorGrain")]
public interface IDiscriminatorGrain : ITrainingActor
{
    /// <summary>Builds the network, opens the data and takes the parameters from the shards.</summary>
    Task Open(OpenRequest request);

    /// <summary>
    /// One discriminator update on real and generated inputs, with the exchange of gradients. Answers when the next
    /// messages may follow, which on one device is before the arithmetic is done; <see cref="Report"/> tells of it.
    /// </summary>
    /// <param name="at">Attempt and step.</param>
    /// <param name="part">Which of the step's discriminator updates, from 0.</param>
    [ResponseTimeout("00:10:00")]
    Task Step(StepId at, int part);

    /// <summary>Waits for the arithmetic of some steps, and tells of each one's last update. Each step is to be asked for once.</summary>
    /// <param name="first">Attempt and first step.</param>
    /// <param name="count">How many steps.</param>
    /// <exception cref="NonFiniteException">A loss is not a finite number.</exception>
    [AlwaysInterleave]
    [ResponseTimeout("00:10:00")]
    Task<DiscriminatorStep[]> Report(StepId first, int count);

    /// <summary>
    /// The generator's loss on its fakes and dL/dfakes, shape (batch, pixels). With staleness the updates of the step wait until the
    /// judging is queued, and fakes that are reused are kept for a later one.
    /// </summary>
    [AlwaysInterleave]
    [ResponseTimeout("00:10:00")]
    Task<JudgementMessage> Judge(StepId at, TensorMessage fakes, string askerSilo);

    /// <summary>Where it is.</summary>
    Task<string> Where(long attempt);

    /// <summary>Keeps fakes for an update of a later step; where there is staleness.</summary>
    /// <param name="at">Attempt, and the step in which they were made.</param>
    /// <param name="ahead">How many steps later they are learned on.</param>
    /// <param name="part">Which of that step's discriminator updates, from 0.</param>
    /// <param name="fakes">Shape (batch, pixels).</param>
    [AlwaysInterleave]
    [ResponseTimeout("00:10:00")]
    Task Keep(StepId at, int ahead, int part, TensorMessage fakes);

    /// <summary>Copies the fakes that wait for later steps aside; where there is staleness.</summary>
    Task Snapshot(StepId at);

    /// <summary>Writes the copy that <see cref="Snapshot"/> made into the checkpoint's folder and drops it.</summary>
    Task<CheckpointFile> WriteSnapshot(StepId at, string checkpoint);
}

/// <summary>What a discriminator update reports; means over the replica's batch.</summary>
/// <param name="Loss">Its objective, in nats.</param>
/// <param name="RealScore">D(x).</param>
/// <param name="FakeScore">D(G(z)).</param>
/// <param name="Staleness">Updates that the generator has made since those that its fakes were made with.</param>
[GenerateSerializer, Immutable, Alias("cluster.DiscriminatorStep")]
public readonly record struct DiscriminatorStep(
    double Loss, double RealScore, double FakeScore, int Staleness);

/// <summary>The discriminator's answer to a generator.</summary>
/// <param name="Loss">The generator's objective, in nats: a scalar.</param>
/// <param name="Gradient">dL/dfakes, shape (batch, pixels).</param>
[GenerateSerializer, Immutable, Alias("cluster.JudgementMessage")]
public sealed record JudgementMessage(TensorMessage Loss, TensorMessage Gradient);
