using Cluster.Contracts;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;
using StackExchange.Redis;

namespace Cluster.Silo;

/// <content>Redis, by Orleans' own provider. It makes its keys itself: a fresh server will do.</content>
public static partial class Clustering
{
    static partial void UseRedis(ISiloBuilder silo, MembershipOptions membership, ref bool here)
    {
        ConfigurationOptions server;
        try
        {
            server = ConfigurationOptions.Parse(membership.Connection!);
        }
        catch (ArgumentException problem)
        {
            // The message names the option that it does not know, never a password.
            throw new InputException($"clustering.connection cannot be read as Redis' ({problem.Message}); write for example localhost:6379 or redis.example.org:6380,ssl=true,password=...");
        }

        silo.UseRedisClustering(options => options.ConfigurationOptions = server);
        here = true;
    }
}
