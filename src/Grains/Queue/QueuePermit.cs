using Cluster.Contracts;
using Cluster.Contracts.Experiments;

namespace Cluster.Grains;

/// <summary>What is looked at before a run enters the queue: whoever reaches the cluster's port can say anything.</summary>
internal static class QueuePermit
{
    private const int LongestOwner = 64;

    /// <summary>Refuses a run that could never begin, or whose names are no names.</summary>
    /// <exception cref="InputException">What is wrong, and what would be right.</exception>
    public static void Check(string name, string experiment, string owner, QueueLimits limits)
    {
        if (owner.Length > LongestOwner || owner.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.' or '@')))
        {
            throw new InputException($"owner '{Shown(owner)}': must be at most {LongestOwner} letters, digits, '.', '_', '-' and '@'");
        }

        ExperimentFile file;
        try
        {
            file = ExperimentFile.Parse(experiment, "experiment.yaml");
        }
        catch (ExperimentFileException problem)
        {
            throw new InputException(problem.Message);
        }

        // The name becomes a folder's.
        if (!ExperimentName.IsValid(name))
        {
            throw new InputException($"'{Shown(name)}' is no experiment's name: small letters, digits and hyphens, beginning with a letter or digit, at most 64");
        }

        if (limits.Never(DeviceNeed.Of(file).Sum(need => need.Devices)) is { } never)
        {
            throw new InputException($"{name} can never begin here: {never}");
        }
    }

    private static string Shown(string text) => new([.. text.Take(40).Select(c => char.IsControl(c) ? '?' : c)]);
}
