namespace Cluster.Client.Tests;

/// <summary>What a command left.</summary>
internal sealed record Outcome(int Code, string Out, string Error)
{
    /// <summary>All is well.</summary>
    public Outcome Succeeded()
    {
        Assert.True(Code == ExitCode.Success, $"exit code {Code}\n{Out}\n{Error}");
        Assert.Equal("", Error);
        return this;
    }

    /// <summary>Refused as a person's mistake: exit code 2, a message that has all the given pieces, no stack trace.</summary>
    public Outcome Refused(params string[] pieces)
    {
        Assert.True(Code == ExitCode.BadInput, $"exit code {Code}\n{Out}\n{Error}");
        Assert.StartsWith("error: ", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", Error, StringComparison.Ordinal);
        foreach (string piece in pieces)
        {
            Assert.Contains(piece, Error, StringComparison.Ordinal);
        }

        return this;
    }
}
