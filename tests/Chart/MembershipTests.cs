using System.Text.RegularExpressions;

namespace Cluster.Chart.Tests;

/// <summary>The statements that silos run on PostgreSQL, on a real one: they move the version on, and only from the version that was read.</summary>
public sealed class MembershipTests
{
    [PostgresFact]
    public void SilosJoinAndLeaveOnePerVersion()
    {
        string script = $"""
            {Repository.Read("deploy", "postgresql", "membership.sql")}
            {Repository.Read("deploy", "postgresql", "membership.sql")}
            {Prepare("InsertMembershipVersionKey", "DeploymentId text")}
            {Prepare("InsertMembershipKey", "DeploymentId text, Version int, Address varchar, Port int, Generation int, SiloName text, HostName text, Status int, ProxyPort int, StartTime timestamptz, IAmAliveTime timestamptz")}
            {Prepare("UpdateMembershipKey", "DeploymentId text, Version int, Address varchar, Port int, Generation int, Status int, SuspectTimes text, IAmAliveTime timestamptz")}
            {Prepare("MembershipReadAllKey", "DeploymentId text")}
            {Prepare("MembershipReadRowKey", "DeploymentId text, Address varchar, Port int, Generation int")}
            {Prepare("GatewaysQueryKey", "DeploymentId text, Status int")}
            {Prepare("UpdateIAmAlivetimeKey", "DeploymentId text, Address varchar, Port int, Generation int, IAmAliveTime timestamptz")}
            {Prepare("CleanupDefunctSiloEntriesKey", "DeploymentId text, IAmAliveTime timestamptz")}
            {Prepare("DeleteMembershipTableEntriesKey", "DeploymentId text")}
            SET TIME ZONE 'UTC';
            EXECUTE InsertMembershipVersionKey('c');
            EXECUTE InsertMembershipVersionKey('c');
            EXECUTE MembershipReadAllKey('c');
            EXECUTE InsertMembershipKey('c', 0, '10.0.0.1', 11111, 7, 'a', 'host', 3, 30000, '2026-01-01', '2026-01-01');
            EXECUTE InsertMembershipKey('c', 0, '10.0.0.2', 11111, 7, 'b', 'host', 3, 30000, '2026-01-01', '2026-01-01');
            EXECUTE InsertMembershipKey('c', 1, '10.0.0.1', 11111, 7, 'a', 'host', 3, 30000, '2026-01-01', '2026-01-01');
            EXECUTE InsertMembershipKey('c', 1, '10.0.0.2', 11111, 7, 'b', 'host', 3, 0, '2026-01-01', '2026-01-01');
            EXECUTE GatewaysQueryKey('c', 3);
            EXECUTE UpdateMembershipKey('c', 1, '10.0.0.1', 11111, 7, 6, 's', '2026-01-02');
            EXECUTE UpdateMembershipKey('c', 2, '10.0.0.9', 11111, 7, 6, 's', '2026-01-02');
            EXECUTE UpdateMembershipKey('c', 2, '10.0.0.1', 11111, 7, 6, 's', '2026-01-02');
            EXECUTE UpdateIAmAlivetimeKey('c', '10.0.0.2', 11111, 7, '2026-01-03');
            EXECUTE MembershipReadRowKey('c', '10.0.0.1', 11111, 7);
            EXECUTE MembershipReadRowKey('c', '10.0.0.9', 11111, 7);
            EXECUTE CleanupDefunctSiloEntriesKey('c', '2026-06-01');
            EXECUTE MembershipReadAllKey('c');
            EXECUTE DeleteMembershipTableEntriesKey('c');
            EXECUTE MembershipReadAllKey('c');
            """;
        Assert.Equal(
            """
            t
            f
            c|||||||||||0
            t
            f
            f
            t
            10.0.0.1|30000|7
            f
            f
            t
            c|10.0.0.1|11111|7|a|host|6|30000|s|2026-01-01 00:00:00+00|2026-01-02 00:00:00+00|3
            c|||||||||||3
            c|10.0.0.2|11111|7|b|host|3|0||2026-01-01 00:00:00+00|2026-01-03 00:00:00+00|3
            c|||||||||||4

            """,
            PostgresFactAttribute.Run(script));
    }

    /// <summary>The statement as the provider sends it, with parameters by number instead of by name.</summary>
    private static string Prepare(string key, string parameters)
    {
        string statement = Statement(key).Match(Repository.Read("deploy", "postgresql", "membership.sql")).Groups[1].Value;
        Assert.NotEqual("", statement);
        string[] named = parameters.Split(", ");
        for (int i = 0; i < named.Length; i++)
        {
            statement = Regex.Replace(statement, $@"@{named[i].Split(' ')[0]}\b", $"${i + 1}", RegexOptions.None, TimeSpan.FromSeconds(1));
        }

        Assert.DoesNotContain('@', statement);
        return $"PREPARE {key}({string.Join(", ", named.Select(each => each.Split(' ')[1]))}) AS {statement};";
    }

    private static Regex Statement(string key) => new($@"\('{key}', '([^']*)'\)", RegexOptions.None, TimeSpan.FromSeconds(1));
}

/// <summary>A fact that needs PostgreSQL's server, which refuses to run as root.</summary>
public sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute() => Skip = Programs is null ? "no PostgreSQL server is installed; on Debian: apt-get install --no-install-recommends postgresql"
        : Environment.UserName == "root" && Tool.Find("runuser") is null ? "PostgreSQL does not run as root, and runuser is not on the path" : null;

    private static string? Programs { get; } = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(each => Path.Combine(each, "bin")).LastOrDefault(each => File.Exists(Path.Combine(each, "initdb")))
        : null;

    /// <summary>What a database of its own prints, which is gone afterwards.</summary>
    internal static string Run(string script)
    {
        string folder = Directory.CreateTempSubdirectory("cluster-sql-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "script.sql"), script);
            bool asRoot = Environment.UserName == "root";
            if (asRoot)
            {
                Assert.Equal(0, Tool.Run("chown", ["-R", "postgres", folder]).ExitCode);
            }

            string commands = $"""
                set -eu
                cd {folder}
                {Programs}/initdb -D data -A trust -U cluster --no-sync >log 2>&1 || (cat log; exit 1)
                {Programs}/pg_ctl -D data -o "-k {folder} -c listen_addresses='' -c fsync=off" -w start >log 2>&1 || (cat log; exit 1)
                trap '{Programs}/pg_ctl -D data -m immediate stop >log 2>&1' EXIT
                psql -h {folder} -U cluster -d postgres -qAt -v ON_ERROR_STOP=1 -f script.sql 2>errors || (cat errors; exit 1)
                """;
            Outcome outcome = asRoot ? Tool.Run("runuser", ["-u", "postgres", "--", "/bin/sh", "-c", commands]) : Tool.Run("/bin/sh", ["-c", commands]);
            return outcome.Output;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
