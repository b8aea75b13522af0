namespace Cluster.Contracts;

/// <summary>
/// One tensor in a message, in one of three ways: its bytes in wire format, a number for memory that the sender lends
/// within its own silo, or a ticket with which another silo fetches the bytes beside the messages. A receiver on another
/// silo never gets the number: senders ask first where the other side is.
/// </summary>
/// <param name="Frame">The tensor in wire format; null where something else stands for it.</param>
/// <param name="Ticket">The number under which the sender's silo lends the tensor; 0 where it does not.</param>
/// <param name="Bulk">What fetches the tensor; null where something else stands for it.</param>
/// <remarks>The bytes are shared, never changed after sending: immutable to Orleans, so that a call inside one silo copies nothing.</remarks>
[GenerateSerializer, Immutable, Alias("cluster.TensorMessage")]
public sealed record TensorMessage(byte[]? Frame, long Ticket, BulkTicket? Bulk = null);
