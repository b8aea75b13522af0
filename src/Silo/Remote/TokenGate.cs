using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Cluster.Silo;

/// <summary>Puts <see cref="TokenHandshake"/> before Orleans' own bytes on connections of clients, behind TLS where that is on.</summary>
internal static class TokenGate
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>On a silo. The first client that is turned away is logged: somebody who tries must not fill the disk.</summary>
    public static void Use(ISiloBuilder silo, string? token) => silo.Configure<SiloConnectionOptions>(options => options.ConfigureGatewayInboundConnection(connections =>
    {
        ILogger? logger = (connections.ApplicationServices.GetService(typeof(ILoggerFactory)) as ILoggerFactory)?.CreateLogger("Cluster.Clients");
        int refused = 0;
        connections.Use(next => async connection =>
        {
            if (await Refusal(connection, token) is not { } why)
            {
                await next(connection);
                return;
            }

            if (Interlocked.Exchange(ref refused, 1) == 0)
            {
                logger?.LogWarning("A client from {Address} was turned away: {Why}; further ones are not logged", connection.RemoteEndPoint, why);
            }

            connection.Abort();
        });
    }));

    private static async Task<string?> Refusal(ConnectionContext connection, string? token)
    {
        using CancellationTokenSource patience = new(Patience);
        string? why = null;
        try
        {
            why = await TokenHandshake.Admit(connection.Transport, token, patience.Token);
            if (why is not null)
            {
                // To close at once could overtake the verdict.
                await TokenHandshake.UntilItLeaves(connection.Transport.Input, patience.Token);
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException or ConnectionAbortedException or ConnectionResetException or InvalidOperationException)
        {
            why ??= gone is OperationCanceledException ? "it said nothing" : "it broke off";
        }

        return why;
    }

    /// <summary>On a client.</summary>
    /// <param name="client">The client.</param>
    /// <param name="token">Its token; null where it has none.</param>
    /// <param name="refused">Told where and why a silo does not take it.</param>
    public static void Use(IClientBuilder client, string? token, Action<string> refused) => client.Configure<ClientConnectionOptions>(options => options.ConfigureConnection(connections =>
        connections.Use(next => async connection =>
        {
            using (CancellationTokenSource patience = new(Patience))
            {
                if (await TokenHandshake.Show(connection.Transport, token, patience.Token) is { } why)
                {
                    refused($"{connection.RemoteEndPoint}: {why}");
                    throw new ConnectionAbortedException(why);
                }
            }

            await next(connection);
        })));
}
