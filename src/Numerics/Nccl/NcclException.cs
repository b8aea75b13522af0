namespace Cluster.Numerics;

/// <summary>NCCL is missing or old, a call of it failed, or its communicator was called off.</summary>
public sealed class NcclException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="message">What failed, on which rank, and what would be right.</param>
    /// <param name="result">What NCCL answered; success where it was not asked.</param>
    public NcclException(string message, NcclResult result = NcclResult.Success)
        : base(message) => Result = result;

    /// <summary>What NCCL answered; success where it was not asked.</summary>
    public NcclResult Result { get; }

    internal static NcclException Of(string call, string who, NcclResult result, string meaning, string? last) => new(
        $"{call} of {who} failed: {meaning} ({(int)result}){(string.IsNullOrWhiteSpace(last) ? "" : $": {last.Trim()}")}; {Advice(result)}", result);

    /// <summary>What would be right, as NCCL's documentation of each error has it.</summary>
    private static string Advice(NcclResult result) => result switch
    {
        NcclResult.InvalidArgument or NcclResult.InvalidUsage => "each rank needs a CUDA device of its own and the same NCCL as the others",
        NcclResult.RemoteError => "look for another rank that ended, and at the network between them",
        NcclResult.SystemError => "look at the network between the ranks (NCCL_SOCKET_IFNAME names the interface) and at the size of /dev/shm",
        _ => "NCCL_DEBUG=INFO in the environment of the processes makes it say more",
    };
}
