using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Cluster.Chart.Tests;

/// <summary>What the chart makes up by itself: the token, the certificates, the database's password.</summary>
public sealed class SecretTests
{
    [ChartFact]
    public void TheTokenIsLongAndNeverTheSame()
    {
        string first = Data(Case.Objects("values.yaml"), "demo-cluster-token", "token");
        string second = Data(Node.Documents(Case.Rendering()), "demo-cluster-token", "token");
        Assert.True(first.Length >= 32);
        Assert.NotEqual(first, second);
    }

    [ChartFact]
    public void TheConnectionStringGoesToTheChartsOwnDatabase()
    {
        IReadOnlyList<Node> objects = Case.Objects("values.yaml");
        string password = Data(objects, "demo-cluster-postgres", "password");
        Assert.Equal(
            $"Host=demo-cluster-postgres;Port=5432;Username=cluster;Database=cluster;Password={password}",
            Data(objects, "demo-cluster-postgres", "connectionString"));
        Node database = objects.Single(each => each["kind"].Text == "StatefulSet" && each["metadata", "name"].Text == "demo-cluster-postgres");
        Node environment = database["spec", "template", "spec", "containers"].Items.Single()["env"];
        Assert.Equal("cluster", environment.Named("POSTGRES_USER")["value"].Text);
        Assert.Equal("cluster", environment.Named("POSTGRES_DB")["value"].Text);
    }

    [ChartFact]
    public void TheCertificateIsTheAuthoritysForBothSidesAndEveryName()
    {
        IReadOnlyList<Node> objects = Case.Objects("values.yaml");
        using X509Certificate2 authority = X509Certificate2.CreateFromPem(Data(objects, "demo-cluster-tls", "ca.crt"));
        using X509Certificate2 own = X509Certificate2.CreateFromPem(
            Data(objects, "demo-cluster-tls", "tls.crt"), Data(objects, "demo-cluster-tls", "tls.key"));
        Assert.True(own.HasPrivateKey);
        Assert.All(
            new[] { "demo-cluster", "demo-cluster.train", "demo-cluster.train.svc", "demo-cluster-cpu-0.demo-cluster-silos", "localhost", "127.0.0.1" },
            name => Assert.True(own.MatchesHostname(name), name));
        Assert.False(own.MatchesHostname("demo-cluster-postgres"));
        Assert.All(new[] { "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2" }, use =>
        {
            using X509Chain chain = new();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.Add(authority);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.ApplicationPolicy.Add(new(use));
            Assert.True(chain.Build(own), string.Join(", ", chain.ChainStatus.Select(each => each.StatusInformation)));
        });
    }

    /// <summary>helm's <c>lookup</c> finds nothing without a cluster; our renderer is told what there is.</summary>
    [GoFact]
    public void AnUpgradeKeepsThemAll()
    {
        string there = Path.GetTempFileName();
        try
        {
            string first = Renderer.Go("template").Output;
            File.WriteAllText(there, first);
            IReadOnlyList<Node> before = Node.Documents(first);
            IReadOnlyList<Node> after = Node.Documents(Renderer.Go("template", "--existing", there, "--is-upgrade").Output);
            Assert.All(before.Where(each => each["kind"].Text == "Secret"), secret => Assert.Equal(
                secret["data"].Fields.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => $"{each.Key}: {each.Value}"),
                Secret(after, secret["metadata", "name"].Text!)["data"].Fields.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => $"{each.Key}: {each.Value}")));
        }
        finally
        {
            File.Delete(there);
        }
    }

    [ChartFact]
    public void NothingIsMadeUpWhereItIsKeptElsewhere() => Assert.Empty(Case.OfKind("cases/kept-elsewhere.yaml", "Secret"));

    [GoTheory, MemberData(nameof(Cases))]
    public void TheNotesNameWhatThereIs(string name)
    {
        Case wanted = Case.All.Single(each => each.Name == name);
        Outcome notes = Renderer.Go("template", ["--notes", "--still", .. wanted.File is null ? (string[])[] : ["--values", wanted.File]]);
        Assert.Equal("", notes.Errors);
        Assert.All(Case.Pools(name), pool => Assert.Contains(pool["metadata", "name"].Text!, notes.Output, StringComparison.Ordinal));
        string[] words = notes.Output.Split([' ', '\n', ',', ':', ';'], StringSplitOptions.RemoveEmptyEntries);
        Assert.All(
            words.Select((word, i) => word == "secret" ? words[i + 1].TrimEnd('.') : null).Where(each => each is not null and not "is"),
            secret => Assert.True(Case.Objects(name).Any(each => each["metadata", "name"].Text == secret) || new[] { "token", "certificates" }.Contains(secret)
                || Case.OfKind(name, "Certificate").Any(each => each["spec", "secretName"].Text == secret), secret));
        Assert.Contains(Case.OfKind(name, "Service"), service => notes.Output.Contains($"service/{service["metadata", "name"]} 8080", StringComparison.Ordinal));
    }

    public static IEnumerable<object[]> Cases => Case.Names;

    private static Node Secret(IReadOnlyList<Node> objects, string name) =>
        objects.Single(each => each["kind"].Text == "Secret" && each["metadata", "name"].Text == name);

    private static string Data(IReadOnlyList<Node> objects, string name, string key) =>
        Encoding.UTF8.GetString(Convert.FromBase64String(Secret(objects, name)["data", key].Text!));
}
