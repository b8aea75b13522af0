namespace Cluster.Contracts;

/// <summary>
/// Stands in a message for a tensor that travels beside it: whoever gets the ticket fetches the bytes from the silo that offers
/// them. Knowing the id is the right to fetch.
/// </summary>
/// <param name="Endpoint">Where that silo listens for bulk transfers, as <c>10.0.0.7:11211</c>.</param>
/// <param name="Id">The offer: 128 random bits.</param>
/// <param name="Round">Which filling of the offered memory is meant, from 0.</param>
/// <param name="Type">Wire code of the element type.</param>
/// <param name="Shape">The tensor's dimensions.</param>
[GenerateSerializer, Immutable, Alias("cluster.BulkTicket")]
public sealed record BulkTicket(string Endpoint, Guid Id, long Round, byte Type, long[] Shape);
