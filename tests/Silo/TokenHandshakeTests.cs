using System.IO.Pipelines;

namespace Cluster.Silo.Tests;

/// <summary>What a client and a silo say to each other before Orleans' own bytes.</summary>
[Trait("Orleans", "either")]
public sealed class TokenHandshakeTests
{
    private const string Token = "0123456789abcdef-token", Other = "0123456789abcdef-other";

    [Theory]
    [InlineData(Token, Token, null, null)]
    [InlineData(null, null, null, null)]
    [InlineData(null, Token, null, null)]
    [InlineData(Token, Other, "it showed a wrong token", "it refused the token of clients.token")]
    [InlineData(Token, null, "it showed no token", "it asks for a token: name a file")]
    public async Task AClientNeedsTheSilosToken(string? silos, string? clients, string? logged, string? told)
    {
        (Side client, Side silo) = Pair();
        Task<string?> admitting = TokenHandshake.Admit(silo, silos, CancellationToken.None);
        string? refused = await TokenHandshake.Show(client, clients, CancellationToken.None);
        await client.Output.WriteAsync("then Orleans"u8.ToArray());
        await client.Output.CompleteAsync();
        Assert.Equal(logged, await admitting);
        Assert.Equal(told is null, refused is null);
        Assert.StartsWith(told ?? "", refused ?? "", StringComparison.Ordinal);
        if (logged is null)
        {
            Assert.Equal("then Orleans"u8.ToArray(), await Rest(silo));
        }
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(Token, "it showed no token")]
    public async Task AClientOfAnotherKindIsReadFromItsFirstByteOn(string? token, string? logged)
    {
        (Side client, Side silo) = Pair();
        byte[] preamble = [40, 0, 0, 0, .. Enumerable.Range(0, 40).Select(each => (byte)each)];
        await client.Output.WriteAsync(preamble);
        await client.Output.CompleteAsync();
        Assert.Equal(logged, await TokenHandshake.Admit(silo, token, CancellationToken.None));
        Assert.Equal(preamble, await Rest(silo));
    }

    [Fact]
    public async Task TheTokenCrossesNoWireAndAnAnswerServesOnce()
    {
        (Side client, Side silo) = Pair();
        Task<string?> admitting = TokenHandshake.Admit(new Side(silo.Input, new Copying(silo.Output)), Token, CancellationToken.None);
        Copying said = new(client.Output);
        Assert.Null(await TokenHandshake.Show(new Side(client.Input, said), Token, CancellationToken.None));
        Assert.Null(await admitting);
        Assert.Equal(-1, said.All.ToArray().AsSpan().IndexOf("0123456789abcdef"u8));

        // Who overheard it cannot say the same to another nonce.
        (client, silo) = Pair();
        await client.Output.WriteAsync(said.All.ToArray());
        Assert.Equal("it showed a wrong token", await TokenHandshake.Admit(silo, Token, CancellationToken.None));
    }

    [Fact]
    public async Task NoNoiseIsTakenForATokenAndNothingHangs()
    {
        Fuzzer fuzz = new(11);
        (Side client, Side silo) = Pair();
        Task<string?> admitting = TokenHandshake.Admit(silo, Token, CancellationToken.None);
        Copying said = new(client.Output);
        await TokenHandshake.Show(new Side(client.Input, said), Token, CancellationToken.None);
        Assert.Null(await admitting);
        byte[] good = said.All.ToArray();
        for (int round = 0; round < 2000; round++)
        {
            (client, silo) = Pair();
            await client.Output.WriteAsync(fuzz.Spoil(good));
            await client.Output.CompleteAsync();
            Assert.StartsWith("it showed", await TokenHandshake.Admit(silo, Token, CancellationToken.None), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task WhoSaysNothingIsNotWaitedForLongerThanAllowed()
    {
        (_, Side silo) = Pair();
        using CancellationTokenSource patience = new();
        Task<string?> admitting = TokenHandshake.Admit(silo, Token, patience.Token);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => admitting);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\nwhat is this, and who are you?")]
    public async Task WhatIsNoSiloIsNotGivenAProof(string answer)
    {
        (Side client, Side silo) = Pair();
        await silo.Output.WriteAsync(System.Text.Encoding.ASCII.GetBytes(answer));
        await silo.Output.CompleteAsync();
        Copying said = new(client.Output);
        await Assert.ThrowsAsync<IOException>(() => TokenHandshake.Show(new Side(client.Input, said), Token, CancellationToken.None));
        Assert.InRange(said.All.Count, 1, 16);
    }

    private static (Side Client, Side Silo) Pair()
    {
        Pipe there = new(), back = new();
        return (new Side(back.Reader, there.Writer), new Side(there.Reader, back.Writer));
    }

    private static async Task<byte[]> Rest(Side silo)
    {
        using MemoryStream rest = new();
        await silo.Input.CopyToAsync(rest);
        return rest.ToArray();
    }

    private sealed record Side(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    /// <summary>Keeps what goes through.</summary>
    private sealed class Copying(PipeWriter inner) : PipeWriter
    {
        public List<byte> All { get; } = [];

        private Memory<byte> _given;

        public override void Advance(int bytes)
        {
            All.AddRange(_given.Span[..bytes]);
            inner.Advance(bytes);
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => _given = inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);
    }
}
