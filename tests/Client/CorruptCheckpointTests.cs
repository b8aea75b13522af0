namespace Cluster.Client.Tests;

public sealed class CorruptCheckpointTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task ADamagedCheckpointIsPassedOverWithAWarning()
    {
        await _place.Train();
        string whole = _place.Path("whole.png"), older = _place.Path("older.png");
        (await _place.Here("sample", "tiny-001", "-o", whole)).Succeeded();
        string damaged = Damage("step-000030");

        Outcome sample = await _place.Here("sample", "tiny-001", "-o", older);
        Assert.Equal(ExitCode.Success, sample.Code);
        Assert.StartsWith("warning: ", sample.Error, StringComparison.Ordinal);
        Assert.Contains(damaged, sample.Error, StringComparison.Ordinal);
        Assert.Contains("step-000020", sample.Out, StringComparison.Ordinal);
        Assert.NotEqual(File.ReadAllBytes(whole), File.ReadAllBytes(older));
    }

    [Theory]
    [InlineData("sample")]
    [InlineData("export")]
    public async Task WithoutASoundOneThereIsNothingToTake(string verb)
    {
        await _place.Train();
        string[] damaged = [Damage("step-000010"), Damage("step-000020"), Damage("step-000030")];
        string output = _place.Path("output");

        (await _place.Here(verb, "tiny-001", "-o", output)).Refused(["no sound checkpoint", .. damaged]);
        Assert.False(File.Exists(output));
    }

    [Fact]
    public async Task AShortenedFileAndAMissingManifestAreDamageToo()
    {
        await _place.Train();
        string cut = Parameters("step-000030");
        File.WriteAllBytes(cut, File.ReadAllBytes(cut)[..^1]);
        File.Delete(_place.InRun("tiny-001", "checkpoints", "step-000020", "manifest.json"));

        Outcome sample = await _place.Here("sample", "tiny-001", "-o", _place.Path("out.png"));
        Assert.Equal(ExitCode.Success, sample.Code);
        Assert.Contains(cut, sample.Error, StringComparison.Ordinal);
        Assert.Contains("step-000020", sample.Error, StringComparison.Ordinal);
        Assert.Contains("step-000010", sample.Out, StringComparison.Ordinal);
    }

    private string Parameters(string checkpoint) =>
        Directory.GetFiles(_place.InRun("tiny-001", "checkpoints", checkpoint), "generator*.safetensors").Single();

    /// <summary>Turns one bit over in the last byte of a file, where its length and its header stay right.</summary>
    private string Damage(string checkpoint)
    {
        string path = Parameters(checkpoint);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
