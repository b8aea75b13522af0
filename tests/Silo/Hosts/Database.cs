using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Cluster.Silo.Tests;

/// <summary>A PostgreSQL server of the test's own, on the switch of a <see cref="Lan"/>, with the table of silos.</summary>
internal sealed class Database : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cluster-database-").FullName;
    private Process? _server;

    /// <summary>What a silo's <c>clustering.connection</c> says.</summary>
    public static string Connection => $"Host={Lan.Switch};Username=cluster;Database=cluster;Timeout=5;Command Timeout=5";

    /// <summary>The newest server's folder of programs; null where there is none.</summary>
    public static string? Programs { get; } = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Select(each => Path.Combine(each, "bin")).LastOrDefault(each => File.Exists(Path.Combine(each, "initdb")))
        : null;

    /// <summary>Makes and starts one. The server refuses to be root's, so it is the user postgres's.</summary>
    public static async Task<Database> Start(Lan lan)
    {
        Database made = new();
        try
        {
            await Shell.Good("chown", "postgres", made._folder);
            await Shell.Good(AsPostgres("initdb", "-D", made._folder, "-A", "trust", "-U", "cluster", "--no-sync", "-E", "UTF8", "--locale", "C"));
            await File.AppendAllTextAsync(Path.Combine(made._folder, "pg_hba.conf"), "host all all 10.77.0.0/24 trust\n");
            made._server = Shell.Start(
                Path.Combine(made._folder, "server.log"), lan.On(0, AsPostgres("postgres", "-D", made._folder, "-h", Lan.Switch, "-k", made._folder, "-F")));
            await Place.Until(async () => (await Shell.Run(AsPostgres("pg_isready", "-h", made._folder, "-U", "cluster"))).Code == 0, "the database");
            await Shell.Good(AsPostgres("createdb", "-h", made._folder, "-U", "cluster", "cluster"));
            await Shell.Good(AsPostgres("psql", "-q", "-v", "ON_ERROR_STOP=1", "-h", made._folder, "-U", "cluster", "-d", "cluster", "-c", await File.ReadAllTextAsync(Tables())));
            return made;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await Shell.Run(AsPostgres("pg_ctl", "-D", _folder, "-m", "immediate", "stop"));
            await _server.WaitForExitAsync().WaitAsync(Place.Limit);
            _server.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static string[] AsPostgres(string program, params string[] args) => ["runuser", "-u", "postgres", "--", Path.Combine(Programs!, program), .. args];

    private static string Tables([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "deploy", "postgresql", "membership.sql"));
}
