using System.Globalization;
using Cluster.Contracts;
using Cluster.Models.Dictionaries;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// A coder's statistics that wait for later steps. With staleness s those of step t come from the dictionary of step t − s (of the first
/// one before that): which dictionary they are made with depends on s alone, never on timing. Everything here runs on the device's thread.
/// </summary>
internal sealed class StatisticsRing : IDisposable
{
    private readonly CodeStatistics[] _slots;
    private readonly Tensor _reports; // (s + 1, 3) on the CPU: made in which step, objective, density

    /// <param name="blueprint">The run's; its staleness is above 0.</param>
    /// <param name="device">The coder's.</param>
    public StatisticsRing(DictionaryBlueprint blueprint, Device device)
    {
        int atoms = blueprint.Options.Atoms, features = blueprint.Signals.Patches.Features;
        Staleness = blueprint.Model.Staleness;

        // One more than wait: the shards may still read those of the present step while the next are made.
        _slots = [.. Enumerable.Range(0, Staleness + 1).Select(_ => new CodeStatistics(
            zeros(atoms, atoms + features, blueprint.Type, device).DetachFromDisposeScope(), zeros(atoms, blueprint.Type, device).DetachFromDisposeScope()))];
        _reports = zeros(Staleness + 1, 3, ScalarType.Float64).DetachFromDisposeScope();
        Atoms_KD = zeros(atoms, features, blueprint.Type, device).DetachFromDisposeScope();
    }

    /// <summary>Steps by which statistics lag, at least 1.</summary>
    public int Staleness { get; }

    /// <summary>The dictionary that the next minibatch is coded with, shape (K, D).</summary>
    public Tensor Atoms_KD { get; }

    /// <summary>Keeps the present dictionary.</summary>
    public void Keep(Incoming atoms) => atoms.CopyTo(Atoms_KD);

    /// <summary>The statistics that are due in a step.</summary>
    public CodeStatistics Due(long step) => _slots[Slot(step)];

    /// <summary>Keeps what is due in a later step.</summary>
    public void Put(long step, long due, CodeStatistics made, CoderStep report)
    {
        using IDisposable guard = no_grad();
        Due(due).Increment_KE.copy_(made.Increment_KE);
        Due(due).Uses_K.copy_(made.Uses_K);
        Span<double> row = Row(due);
        (row[0], row[1], row[2]) = (step, report.Objective, report.Density);
    }

    /// <summary>What is told of the statistics that are due in a step.</summary>
    /// <exception cref="InvalidOperationException">They are older than the bound.</exception>
    public CoderStep Take(long step)
    {
        Span<double> row = Row(step);
        int age = (int)(step - (long)row[0]);
        return age >= 0 && age <= Staleness
            ? new CoderStep(row[1], row[2], 0, age)
            : throw new InvalidOperationException($"statistics of step {(long)row[0]} in step {step}: not within {Staleness} steps");
    }

    /// <summary>What waits for the steps from some step on, under the names of the checkpoint.</summary>
    public IEnumerable<NamedTensor> Waiting(long step) => Enumerable.Range(0, Staleness).SelectMany(ahead => new NamedTensor[]
    {
        new(string.Create(CultureInfo.InvariantCulture, $"waiting.{ahead}.increment"), Due(step + ahead).Increment_KE),
        new(string.Create(CultureInfo.InvariantCulture, $"waiting.{ahead}.uses"), Due(step + ahead).Uses_K),
        new(string.Create(CultureInfo.InvariantCulture, $"waiting.{ahead}.report"), _reports.select(0, Slot(step + ahead))),
    });

    public void Dispose()
    {
        foreach (CodeStatistics slot in _slots)
        {
            slot.Dispose();
        }

        _reports.Dispose();
        Atoms_KD.Dispose();
    }

    private int Slot(long step) => (int)(step % _slots.Length);

    private Span<double> Row(long step) => _reports.AsDoubles().Slice(3 * Slot(step), 3);
}
