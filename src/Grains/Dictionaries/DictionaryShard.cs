using Cluster.Contracts;
using Cluster.Models.Dictionaries;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>The tensors of a dictionary shard, in memory whatever the device. Everything here runs on the device's thread.</summary>
internal sealed class DictionaryShard : IDisposable
{
    private readonly DictionaryBlueprint _blueprint;
    private readonly DictionaryBlock _block;
    private readonly int _shard;
    private readonly SignalBook _book;
    private long _replaced;

    /// <summary>The shard at the beginning of a run, or as a checkpoint has it.</summary>
    /// <param name="blueprint">The run's.</param>
    /// <param name="shard">Its logical index.</param>
    /// <param name="device">The thread that it works on.</param>
    /// <param name="checkpoint">The checkpoint's folder; null at the beginning.</param>
    /// <param name="book">Takes what it notes.</param>
    public DictionaryShard(DictionaryBlueprint blueprint, int shard, DeviceThread device, string? checkpoint, SignalBook book)
    {
        _book = book;
        _blueprint = blueprint;
        _shard = shard;
        Device = device;
        DictionaryOptions options = blueprint.Options;
        int features = blueprint.Signals.Patches.Features;
        _block = new DictionaryBlock(options, options.Block(shard, blueprint.File.Shards), features, blueprint.Type, blueprint.Seed, blueprint.Signals.Draw);
        if (checkpoint is null)
        {
            Atoms_KD = DictionaryBlock.FirstAtoms(options, features, blueprint.Type, blueprint.Seed, blueprint.Signals.Draw).DetachFromDisposeScope();
        }
        else
        {
            Atoms_KD = zeros(options.Atoms, features, blueprint.Type).DetachFromDisposeScope();
            DictionaryFile.ReadAtoms(checkpoint, blueprint, Atoms_KD);
            DictionaryFile.ReadStatistics(checkpoint, blueprint, shard, _block.Statistics_SE, _block.Idle_K);
        }
    }

    public DeviceThread Device { get; }

    public AtomBlock Block => _block.Atoms;

    /// <summary>The whole dictionary as this shard has left it, shape (K, D).</summary>
    public Tensor Atoms_KD { get; }

    /// <summary>Takes in a step's statistics, and moves the block's atoms.</summary>
    /// <param name="step">The workflow step.</param>
    /// <param name="statistics">Each coder's increments and uses, in the coders' order; empty after a step's first pass.</param>
    /// <param name="moved">The dictionary as the shard before has left it; null where this shard's own is that.</param>
    /// <param name="before">The dictionary before any shard moved it in this pass; null where this shard's own is that.</param>
    public DictionaryStep Step(long step, IReadOnlyList<(Incoming Increment, Incoming Uses)> statistics, Incoming? moved, Incoming? before)
    {
        using IDisposable mode = no_grad();
        Tensor before_KD = before is not null ? before.Open(CPU)
            : _blueprint.Options.Update == DictionaryUpdate.ProjectedGradient ? Atoms_KD.clone() : Atoms_KD;
        moved?.CopyTo(Atoms_KD);
        DictionaryStep report = default;
        if (statistics.Count > 0)
        {
            Tensor[] increments_SE = [.. statistics.Select(coder => coder.Increment.Open(CPU))], uses_K = [.. statistics.Select(coder => coder.Uses.Open(CPU))];
            long signals = (long)_blueprint.File.Batch * _blueprint.File.Replicas;
            _block.Absorb(_blueprint.Options.Forgetting.Factor(step, signals), increments_SE, uses_K);
            int used = (int)_block.Idle_K.narrow(0, Block.First, Block.Count).Eq(0).sum().AsInt64();
            long dead = _blueprint.IsReported(step) ? _block.Idle_K.narrow(0, Block.First, Block.Count).Ge(AtomSignals.DeadAfter).sum().AsInt64() : 0;
            report = new DictionaryStep(used, _block.Replace(step, Atoms_KD));
            _replaced += report.Replaced;
            if (_blueprint.IsReported(step))
            {
                AtomSignals.Note(_book, step, dead, _replaced);
                _replaced = 0;
            }
        }

        _block.Descend(Atoms_KD, before_KD);
        return report;
    }

    /// <summary>A mosaic of the atoms; on the device's thread.</summary>
    public byte[] Mosaic(int rows, int columns) => AtomPictures.Mosaic(_blueprint, Atoms_KD, rows, columns);

    /// <summary>Copies the block aside.</summary>
    public DictionarySnapshot Snapshot(long step) => new(
        _shard,
        step,
        Atoms_KD.narrow(0, Block.First, Block.Count).clone().DetachFromDisposeScope(),
        _block.Statistics_SE.clone().DetachFromDisposeScope(),
        _block.Idle_K.clone().DetachFromDisposeScope());

    public void Dispose()
    {
        _block.Dispose();
        Atoms_KD.Dispose();
    }
}
