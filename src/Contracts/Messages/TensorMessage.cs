namespace Cluster.Contracts;

/// <summary>
/// One tensor in a message: either its bytes in wire format, or a ticket for memory that the sender lends
/// within its own silo. A receiver on another silo never gets a ticket: senders ask first where the other side is.
/// </summary>
/// <param name="Frame">The tensor in wire format; null where a ticket stands for it.</param>
/// <param name="Ticket">The number under which the sender's silo lends the tensor; 0 where the frame carries it.</param>
/// <remarks>The bytes are shared, never changed after sending: immutable to Orleans, so that a call inside one silo copies nothing.</remarks>
[GenerateSerializer, Immutable, Alias("cluster.TensorMessage")]
public sealed record TensorMessage(byte[]? Frame, long Ticket);
