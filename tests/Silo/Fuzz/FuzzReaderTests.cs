using System.Text;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Contracts.Runs;
using Cluster.Grains;
using Cluster.Numerics;
using TorchSharp;

namespace Cluster.Silo.Tests;

/// <summary>5,000 malformed files to the readers: each is refused in words, or read; nothing else comes of it.</summary>
[Trait("Orleans", "either")]
public sealed class FuzzReaderTests : IDisposable
{
    private readonly Place _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void SafetensorsFilesAreReadOrRefused()
    {
        using torch.Tensor a = torch.arange(12f).reshape(3, 4), b = torch.ones(5, torch.int64);
        MemoryStream good = new();
        SafetensorsWriter.Write(good, [new NamedTensor("a", a), new NamedTensor("b", b)], new Dictionary<string, string> { ["role"] = "generator", ["updates"] = "3" });
        Fuzzer fuzzer = new(10);
        string path = _place.Path("x.safetensors");
        int refused = 0, files = Files();
        for (int number = 0; number < 1500; number++)
        {
            File.WriteAllBytes(path, fuzzer.Spoil(good.ToArray()));
            try
            {
                using SafetensorsFile file = SafetensorsFile.Open(path);
                foreach (SafetensorsEntry entry in file.Entries)
                {
                    using torch.Tensor read = file.Read(entry.Name);
                    Assert.Equal(entry.Shape, read.shape);
                }
            }
            catch (SafetensorsException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 750, 1500);
        Assert.InRange(Files(), 0, files + 2);
    }

    [Fact]
    public void TensorMessagesAreReadOrRefused()
    {
        using torch.Tensor tensor = torch.arange(24f).reshape(2, 3, 4);
        byte[] good = TensorFrame.Encode(tensor);
        Fuzzer fuzzer = new(11);
        int refused = 0;
        for (int number = 0; number < 500; number++)
        {
            try
            {
                using torch.Tensor read = TensorFrame.Decode(fuzzer.Spoil(good), torch.CPU, 1 << 20);
            }
            catch (FrameFormatException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 400, 500);
    }

    /// <summary>Manifest, state, ticket, lease, metrics and events of a run: what is damaged counts as missing, or is named.</summary>
    [Fact]
    public void FilesOfARunAreReadOrPassedOver()
    {
        RunFolder run = _place.Run("x-001");
        CheckpointFolder checkpoint = new(run, "step-000010");
        Directory.CreateDirectory(checkpoint.Path);
        File.WriteAllText(run.Experiment, Place.Experiment());
        using torch.Tensor values = torch.ones(4);
        CheckpointFile written = StateFile.Write(checkpoint.Path, "a-00-of-01.safetensors", [new NamedTensor("values", values)], new Dictionary<string, string>());
        checkpoint.Seal([written], 0.5);
        new RunStateFile(RunState.Queued, 10, 30, 10, 1, DateTimeOffset.UnixEpoch, "why", [3]).Write(run);
        new RunTicket(3, DateTimeOffset.UnixEpoch, "ann").Write(run);
        new RunLease([new LeasedDevice("S1", "one", "cuda:0", 5)], new Dictionary<string, IReadOnlyList<LeasedDevice>> { ["generator"] = [new LeasedDevice("S2", "two", "cpu")] }).Write(run);
        File.WriteAllText(run.Metrics, "{\"step\":4,\"stepsPerSecond\":2,\"loss\":0.5}\n");
        File.WriteAllText(run.Events, "{\"time\":\"2026-01-01T00:00:00+00:00\",\"kind\":\"started\",\"step\":0,\"text\":\"x\"}\n");
        string[] targets = [Path.Combine(checkpoint.Path, "manifest.json"), run.State, Path.Combine(run.Path, "queue.json"), Path.Combine(run.Path, "devices.json"), run.Metrics, run.Events];
        Dictionary<string, byte[]> good = targets.ToDictionary(each => each, File.ReadAllBytes);
        RunBook book = new(_place.Runs, TimeProvider.System);
        Assert.Null(checkpoint.Problem());
        Assert.Equal("ann", Assert.Single(book.Read()).Ticket.Owner);

        Fuzzer fuzzer = new(12);
        int files = Files(), unsound = 0;
        for (int number = 0; number < 1000; number++)
        {
            string target = targets[number % targets.Length];
            File.WriteAllBytes(target, fuzzer.Spoil(good[target]));
            unsound += checkpoint.Problem() is null ? 0 : 1;
            _ = CheckpointFolder.NewestSound(run, _ => { });
            RunOverview overview = RunOverview.Read(run);
            Assert.Equal("x-001", overview.Name);
            _ = book.Read();
            _ = new Leases([], [run]).Holder("S1", "cuda:0");
            _ = RunLease.Read(run)?.For("generator-shard", int.MaxValue);
            _ = RunEvents.Read(run);
            _ = CheckpointListing.List(run).Select(each => each.Problem()).ToArray();
            File.WriteAllBytes(target, good[target]);
        }

        Assert.InRange(unsound, 100, 167);
        Assert.InRange(Files(), 0, files + 2);
        Assert.Null(checkpoint.Problem());
    }

    [Fact]
    public void YamlIsReadOrRefusedWithItsPlace()
    {
        Fuzzer fuzzer = new(13);
        byte[] experiment = Encoding.UTF8.GetBytes(Place.Experiment("placement.roles=[generator=a]"));
        int refused = 0;
        for (int number = 0; number < 1500; number++)
        {
            try
            {
                // What is taken can be written and read again.
                string text = ExperimentFile.Parse(Encoding.UTF8.GetString(fuzzer.Spoil(experiment)), "x.yaml").ToYaml();
                Assert.Equal(text, ExperimentFile.Parse(text, "x.yaml").ToYaml());
            }
            catch (ExperimentFileException problem)
            {
                refused++;
                Assert.Contains("x.yaml", problem.Message, StringComparison.Ordinal);
            }
        }

        Assert.InRange(refused, 500, 1500);
    }

    [Fact]
    public void SettingsAreReadOrRefusedWithTheirPlace()
    {
        const string Good = "address: 127.0.0.1\nport: 1\ngatewayPort: 2\nhttp: {port: 3, token: 0123456789abcdef}\nclustering:\n  kind: file\n  folder: /tmp/x\nqueue: {limit: 4}\npool: gpu\n";
        Fuzzer fuzzer = new(14);
        string path = _place.Path("silo.yaml");
        Dictionary<string, string> none = new(StringComparer.Ordinal);
        Assert.Equal("gpu", Read(Encoding.UTF8.GetBytes(Good)).Node.Pool);
        int refused = 0;
        for (int number = 0; number < 500; number++)
        {
            try
            {
                _ = Read(fuzzer.Spoil(Encoding.UTF8.GetBytes(Good)));
            }
            catch (InputException problem)
            {
                refused++;
                Assert.DoesNotContain("0123456789abcdef", problem.Message, StringComparison.Ordinal);
            }
        }

        Assert.InRange(refused, 200, 500);

        SiloSettings Read(byte[] text)
        {
            File.WriteAllBytes(path, text);
            return SettingsReader.Read(path, none, none);
        }
    }

    /// <summary>Files that grow in the reading.</summary>
    [Theory]
    [InlineData("&a [*a, *a]")]
    [InlineData("x: &a [1]\ny: &b [*a, *a]\nz: [*b, *b]")]
    public void AliasesAreRefusedInSettings(string text)
    {
        File.WriteAllText(_place.Path("silo.yaml"), text);
        Dictionary<string, string> none = new(StringComparer.Ordinal);
        Assert.Contains("an alias is not allowed", Assert.Throws<InputException>(() => SettingsReader.Read(_place.Path("silo.yaml"), none, none)).Message, StringComparison.Ordinal);
        File.WriteAllText(_place.Path("silo.yaml"), string.Concat(Enumerable.Repeat("[", 100_000)));
        Assert.Contains("nested deeper", Assert.Throws<InputException>(() => SettingsReader.Read(_place.Path("silo.yaml"), none, none)).Message, StringComparison.Ordinal);
        File.WriteAllBytes(_place.Path("silo.yaml"), new byte[2 << 20]);
        Assert.Contains("are the most", Assert.Throws<InputException>(() => SettingsReader.Read(_place.Path("silo.yaml"), none, none)).Message, StringComparison.Ordinal);
    }

    private static int Files() => Directory.GetFiles("/proc/self/fd").Length;
}
