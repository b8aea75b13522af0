namespace Cluster.Numerics;

/// <summary>What a call of NCCL came to: ncclResult_t of nccl.h.</summary>
public enum NcclResult
{
    Success = 0,
    UnhandledCudaError = 1,
    SystemError = 2,
    InternalError = 3,
    InvalidArgument = 4,
    InvalidUsage = 5,
    RemoteError = 6,

    /// <summary>The work goes on; ncclCommGetAsyncError tells what becomes of it.</summary>
    InProgress = 7,
}
