using System.Globalization;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// Fakes that wait for a discriminator's later steps. With staleness s those of step t come from the generator as it was before its
/// update t − s (of its first one before that): which parameters they are made with depends on s alone, never on timing. Steps are
/// counted as they are taken, so that one that is left out ages nothing. Everything here runs on the device's thread.
/// </summary>
internal sealed class WaitingFakes : IDisposable
{
    private readonly Tensor _fakes_SKBD;
    private readonly Tensor _origins_SK2; // on the CPU: which step names their latents, in which turn they were made

    /// <param name="blueprint">The run's; its staleness is above 0.</param>
    /// <param name="device">The discriminator's.</param>
    public WaitingFakes(GanBlueprint blueprint, Device device)
    {
        Staleness = blueprint.Model.Staleness;
        Parts = blueprint.Model.DiscriminatorSteps;

        // One more than wait: those of the present step are learned on while the next come in.
        _fakes_SKBD = zeros([Staleness + 1, Parts, blueprint.File.Batch, blueprint.Data.Pixels], blueprint.Type, device).DetachFromDisposeScope();
        _origins_SK2 = zeros(Staleness + 1, Parts, 2, ScalarType.Float64).DetachFromDisposeScope();
        _origins_SK2.AsDoubles().Fill(-Staleness - 1); // older than any bound
    }

    /// <summary>Steps by which fakes lag, at least 1.</summary>
    public int Staleness { get; }

    /// <summary>Updates in a step, k.</summary>
    public int Parts { get; }

    /// <summary>Keeps fakes for a later turn.</summary>
    /// <param name="turn">The present one.</param>
    /// <param name="ahead">How many turns later they are learned on, at most <see cref="Staleness"/>.</param>
    /// <param name="part">Which update of that turn.</param>
    /// <param name="named">The step that names their latents, labels and codes.</param>
    /// <param name="fakes">Shape (B, D).</param>
    /// <returns>Where they wait, shape (B, D).</returns>
    public Tensor Put(long turn, int ahead, int part, long named, Incoming fakes)
    {
        Tensor into_BD = Fakes(turn + ahead).select(0, part);
        fakes.CopyTo(into_BD);
        Span<double> origin = Origin(turn + ahead, part);
        (origin[0], origin[1]) = (named, turn);
        return into_BD;
    }

    /// <summary>Copies the fakes of a turn's update.</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="part">Which update of it.</param>
    /// <param name="into_BD">Where to.</param>
    /// <returns>The step that names them, and how many turns ago they were made.</returns>
    /// <exception cref="InvalidOperationException">They are older than the bound.</exception>
    public (long Named, int Age) Take(long turn, int part, Tensor into_BD)
    {
        using IDisposable guard = no_grad();
        using Tensor from_BD = Fakes(turn).select(0, part);
        into_BD.copy_(from_BD);
        return Age(turn, part) is { } age
            ? ((long)Origin(turn, part)[0], age)
            : throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture, $"fakes of turn {Origin(turn, part)[1]} in turn {turn} of the discriminator: not within {Staleness} steps"));
    }

    /// <summary>What waits for the turns from some turn on, under the names of the checkpoint.</summary>
    public IEnumerable<NamedTensor> Waiting(long turn) => Enumerable.Range(0, Staleness).SelectMany(ahead => new NamedTensor[]
    {
        new(string.Create(CultureInfo.InvariantCulture, $"waiting.{ahead}.fakes"), Fakes(turn + ahead)),
        new(string.Create(CultureInfo.InvariantCulture, $"waiting.{ahead}.origins"), _origins_SK2.select(0, Slot(turn + ahead))),
    });

    /// <summary>Whether all that waits for the turns from some turn on was made in the turns just before it.</summary>
    public bool IsWithinBound(long turn) => Enumerable.Range(0, Staleness).All(ahead =>
        Enumerable.Range(0, Parts).All(part => Age(turn + ahead, part) is not null && Origin(turn + ahead, part)[1] <= Math.Max(0, turn - 1)));

    public void Dispose()
    {
        _fakes_SKBD.Dispose();
        _origins_SK2.Dispose();
    }

    private int? Age(long turn, int part)
    {
        double age = turn - Origin(turn, part)[1];
        return age >= 0 && age <= Staleness ? (int)age : null;
    }

    private Tensor Fakes(long turn) => _fakes_SKBD.select(0, Slot(turn));

    private Span<double> Origin(long turn, int part) => _origins_SK2.AsDoubles().Slice(2 * ((Slot(turn) * Parts) + part), 2);

    private int Slot(long turn) => (int)(turn % (Staleness + 1));
}
