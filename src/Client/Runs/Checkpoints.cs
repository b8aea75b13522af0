using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Client;

/// <summary>Which checkpoint a command reads.</summary>
internal static class Checkpoints
{
    /// <summary>The newest sound one; those passed over are named on standard error.</summary>
    /// <returns>Its name: <c>step-000100</c>.</returns>
    /// <exception cref="InputException">There is none.</exception>
    public static async Task<string> Choose(IExperimentGrain run, Terminal terminal)
    {
        CheckpointChoice choice = await run.NewestCheckpoint();
        foreach (string warning in choice.Warnings)
        {
            terminal.Error.WriteLine($"warning: {warning}");
        }

        return RunFolder.StepName(choice.Step);
    }
}
