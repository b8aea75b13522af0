namespace Orleans.Runtime;

/// <summary>The activations of one stateless worker on one silo.</summary>
internal sealed class WorkerPool(Silo silo, GrainId id, GrainClass grain)
{
    private readonly List<Activation> _workers = [];

    public void Receive(Work work)
    {
        while (true)
        {
            Activation? chosen;
            var made = false;
            lock (_workers)
            {
                _workers.RemoveAll(worker => worker.IsGone);
                chosen = _workers.Find(worker => worker.Load == 0);
                if (chosen is null && _workers.Count < grain.Workers)
                {
                    _workers.Add(chosen = new(silo, id, grain) { Pool = this });
                    made = true;
                }

                chosen ??= _workers.MinBy(worker => worker.Load)!;
            }

            if (made) chosen.Start();
            if (chosen.Receive(work)) return;
        }
    }

    public void Remove(Activation worker)
    {
        lock (_workers) _workers.Remove(worker);
    }

    public Activation[] All()
    {
        lock (_workers) return [.. _workers];
    }
}
