using Npgsql;
using Orleans.Hosting;

namespace Cluster.Silo;

/// <content>PostgreSQL, by Orleans' own provider. <c>deploy/postgresql</c> has the tables that it asks for.</content>
public static partial class Clustering
{
    private const string Invariant = "Npgsql";

    static partial void HasPostgresql(ref bool has) => has = true;

    static partial void UseDatabase(ISiloBuilder silo, MembershipOptions membership, ref bool here)
    {
        if (membership.Kind == ClusteringKind.Postgresql)
        {
            System.Data.Common.DbProviderFactories.RegisterFactory(Invariant, NpgsqlFactory.Instance);
            silo.UseAdoNetClustering(options =>
            {
                options.Invariant = Invariant;
                options.ConnectionString = membership.Connection;
            });
            here = true;
        }
    }
}
