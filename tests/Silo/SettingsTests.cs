using Cluster.Contracts;

namespace Cluster.Silo.Tests;

/// <summary>Settings by file, environment and flag: the later wins, and every mistake says where it is and what would be right.</summary>
[Trait("Orleans", "either")]
public sealed class SettingsTests : IDisposable
{
    private static readonly Dictionary<string, string> None = new(StringComparer.Ordinal);

    private readonly Place _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void TheLaterSourceWins()
    {
        string file = Write("port: 1\ngatewayPort: 2\nhttp:\n  port: 3\ncluster: mine\n");
        SiloSettings settings = SettingsReader.Read(file, Map(("CLUSTER_SILO_GATEWAY_PORT", "20"), ("CLUSTER_SILO_HTTP_PORT", "30")), Map(("http.port", "300")));
        Assert.Equal((1, 20, 300, "mine"), (settings.Node.Port, settings.Node.GatewayPort, settings.Http.Port, settings.Node.Cluster));
    }

    [Fact]
    public void EverySettingHasItsOwnNamesAndARange()
    {
        Assert.Equal(SiloSettings.All.Count, SiloSettings.All.Select(each => each.Flag).Distinct().Count());
        Assert.Equal(SiloSettings.All.Count, SiloSettings.All.Select(each => each.Variable).Distinct().Count());
        Assert.All(SiloSettings.All, each => Assert.True(each.Meaning.Length > 10 && each.Range.Length > 0, each.Key));
        Assert.Contains(SiloSettings.All, each => each is { Key: "http.tokenFile", Flag: "--http-token-file", Variable: "CLUSTER_SILO_HTTP_TOKEN_FILE" });
    }

    [Theory]
    [InlineData("port: 70000", "silo.yaml:1:7: port is '70000', but must be a whole number from 0 to 65535")]
    [InlineData("prot: 1", "silo.yaml:1:1: unknown key 'prot'; did you mean port?")]
    [InlineData("http:\n  prot: 1", "silo.yaml:2:3: unknown key 'http.prot'; did you mean http.port?")]
    [InlineData("http: 8080", "http must be keys with values")]
    [InlineData("clustering: {kind: zookeeper}", "clustering.kind is 'zookeeper', but must be localhost, file, postgresql, redis")]
    [InlineData("clustering: {kind: file}", "clustering.kind file needs clustering.folder")]
    [InlineData("clustering: {kind: postgresql}", "needs clustering.connection, for example Host=")]
    [InlineData("clustering: {primary: here}", "clustering.primary: 'here' is no HOST:PORT")]
    [InlineData("port: 5\ngatewayPort: 5", "port and gatewayPort are both 5")]
    [InlineData("address: somewhere", "address: 'somewhere' is no IP address")]
    [InlineData("http: {address: 0.0.0.0}", "http.address 0.0.0.0 can be reached from other machines and so needs http.token")]
    [InlineData("http: {token: short}", "http.token has fewer than 16 characters")]
    [InlineData("http: {tokenFile: /no/such}", "http.tokenFile: there is no file /no/such")]
    [InlineData("address: 10.0.0.5", "address 10.0.0.5 can be reached from other machines and so needs clients.token or clients.tokenFile")]
    [InlineData("clients: {token: short}", "clients.token has fewer than 16 characters")]
    [InlineData("clients: {tokenFile: /no/such}", "clients.tokenFile: there is no file /no/such")]
    [InlineData("tls: {certificate: /no/such}", "tls.key and tls.authority is missing")]
    [InlineData("devices: {pretend: true}", "devices.pretend needs devices.cuda")]
    [InlineData("devices: {cpus: 3-1}", "devices.cpus: '3-1' is no list of CPUs; write numbers and ranges, as in 0-3,8")]
    [InlineData("devices: {cpus: '1023'}", "devices.cpus: '1023' has CPUs that this process may not run on: 1023; it may run on ")]
    [InlineData("pool: GPU", "pool: 'GPU' is no pool's name")]
    [InlineData("cluster: a b", "cluster: 'a b' is no cluster's name")]
    [InlineData("name: a/b", "name: 'a/b' is no silo's name")]
    [InlineData("devices: {memory: -1}", "devices.memory is '-1', but must be a whole number from 0")]
    [InlineData("queue: {ownerRuns: -1}", "queue.ownerRuns is '-1', but must be a whole number from 0")]
    [InlineData("bulk: {port: 70000}", "bulk.port is '70000', but must be a whole number from 0 to 65535")]
    [InlineData("bulk: {largest: 4096}", "bulk.largest is '4096', but must be a whole number from 1 to 2047")]
    [InlineData("clustering: {kind: postgresql, connectionFile: /no/such}", "clustering.connectionFile: there is no file /no/such")]
    [InlineData("clustering: {kind: redis, connectionFile: /dev}", "clustering.connectionFile: ")]
    [InlineData("data: /no/such", "data: there is no folder /no/such")]
    [InlineData("grace: soon", "grace is 'soon', but must be seconds from 1 to 3600")]
    [InlineData("port: [", "is no YAML")]
    public void MistakesOfTheFile(string text, string message) => Refused(message, Write(text), None, None);

    [Fact]
    public void MistakesOfEnvironmentAndFlagsAreToldTogether()
    {
        InputException problem = Assert.Throws<InputException>(() => SettingsReader.Read(null, Map(("CLUSTER_SILO_PROT", "1"), ("CLUSTER_SILO_PORT", "x")), Map(("http.port", "-1"))));
        Assert.Contains("unknown setting 'CLUSTER_SILO_PROT'; did you mean CLUSTER_SILO_PORT?", problem.Message, StringComparison.Ordinal);
        Assert.Contains("CLUSTER_SILO_PORT is 'x', but must be a whole number", problem.Message, StringComparison.Ordinal);
        Assert.Contains("--http-port is '-1', but must be a whole number", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingFileIsNamed() => Refused("the settings file /no/such.yaml cannot be read", "/no/such.yaml", None, None);

    [Fact]
    public async Task NoSecretIsShown()
    {
        string file = Write("http: {token: 0123456789abcdef0123}\nclients: {token: 0123456789abcdef4567}\nclustering: {connection: Password=hidden}\n");
        string shown = await Place.Good("silo", "--config", file, "--show-settings");
        Assert.DoesNotContain("0123456789abcdef", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", shown, StringComparison.Ordinal);
        Assert.Contains("(set)", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void SecretsComeFromFilesToo()
    {
        string token = _place.Path("token");
        File.WriteAllText(token, "0123456789abcdef0123\n");
        Assert.Equal("0123456789abcdef0123", SettingsReader.Read(null, Map(("CLUSTER_SILO_HTTP_TOKEN_FILE", token)), None).Http.Token);
        Assert.Equal("0123456789abcdef0123", SettingsReader.Read(null, Map(("CLUSTER_SILO_CLIENTS_TOKEN_FILE", token), ("CLUSTER_SILO_ADDRESS", "10.0.0.5")), None).Clients.Token);
        Assert.Equal("0123456789abcdef0123", SettingsReader.ReadForClient(Map(("CLUSTER_SILO_CLIENTS_TOKEN_FILE", token))).Clients.Token);
    }

    /// <summary>A client shares the folder with a silo now and then: it takes the cluster's name, certificates and token, and leaves the rest alone.</summary>
    [Fact]
    public void AClientTakesNameAndCertificatesAlone()
    {
        string before = Environment.CurrentDirectory;
        Environment.CurrentDirectory = _place.Root;
        try
        {
            Assert.Equal("cluster", SettingsReader.ReadForClient(None).Node.Cluster);
            Write("cluster: mine\nport: nonsense\nhttp: {address: 0.0.0.0}\nprot: 1\n");
            Assert.Equal("mine", SettingsReader.ReadForClient(Map(("CLUSTER_SILO_PROT", "1"), ("CLUSTER_SILO_PORT", "x"))).Node.Cluster);
            Assert.Equal("other", SettingsReader.ReadForClient(Map(("CLUSTER_SILO_CLUSTER", "other"))).Node.Cluster);
            Write("clients: {token: 0123456789abcdef0123}\naddress: 10.0.0.5\n");
            Assert.Equal("0123456789abcdef0123", SettingsReader.ReadForClient(None).Clients.Token);
            Assert.Contains("clients.tokenFile: there is no file", Assert.Throws<InputException>(() => SettingsReader.ReadForClient(Map(("CLUSTER_SILO_CLIENTS_TOKEN_FILE", "/no/such")))).Message, StringComparison.Ordinal);
            Write("tls: {certificate: /no/such, kye: x}\n");
            string problem = Assert.Throws<InputException>(() => SettingsReader.ReadForClient(None)).Message;
            Assert.Contains("silo.yaml:1:30: unknown key 'tls.kye'; did you mean tls.key?", problem, StringComparison.Ordinal);
            Assert.Contains("tls.key and tls.authority is missing", problem, StringComparison.Ordinal);
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }
    }

    private static void Refused(string message, string file, Dictionary<string, string> environment, Dictionary<string, string> flags) =>
        Assert.Contains(message, Assert.Throws<InputException>(() => SettingsReader.Read(file, environment, flags)).Message, StringComparison.Ordinal);

    private static Dictionary<string, string> Map(params (string Key, string Value)[] pairs) => pairs.ToDictionary(each => each.Key, each => each.Value, StringComparer.Ordinal);

    private string Write(string text)
    {
        string file = _place.Path("silo.yaml");
        File.WriteAllText(file, text);
        return file;
    }
}
