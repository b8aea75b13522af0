namespace Cluster.Client;

/// <summary>What the command tells its shell.</summary>
internal static class ExitCode
{
    /// <summary>All went well.</summary>
    public const int Success = 0;

    /// <summary>The run failed, or something broke that no other input would have mended.</summary>
    public const int FailedRun = 1;

    /// <summary>Bad input: the message says what would be right.</summary>
    public const int BadInput = 2;

    /// <summary>Stopped on request, with a checkpoint: 128 + SIGINT, as shells have it.</summary>
    public const int Interrupted = 130;
}
