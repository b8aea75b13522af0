using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cluster.Data.Tests;

/// <summary>What the server says to a request for one path.</summary>
/// <param name="Status">As "200 OK".</param>
/// <param name="Body">The bytes that are sent.</param>
/// <param name="Length">The length that is claimed; null for the body's own.</param>
/// <param name="Silent">The request is taken and never answered.</param>
internal sealed record Answer(string Status, byte[] Body, int? Length = null, bool Silent = false);

/// <summary>A web server on loopback for a handful of files.</summary>
internal sealed class FileServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, Answer> _answers;
    private readonly Task _serving;

    public FileServer(Dictionary<string, Answer> answers)
    {
        _answers = answers;
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/files");

    public ConcurrentQueue<string> Asked { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        List<Task> open = [];
        try
        {
            while (true) open.Add(AnswerAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                NetworkStream stream = client.GetStream();
                using StreamReader request = new(stream, Encoding.ASCII, leaveOpen: true);
                if (await request.ReadLineAsync(_stop.Token) is not { } line) return; // The client gave up before it asked.
                string path = line.Split(' ')[1];
                while (await request.ReadLineAsync(_stop.Token) is { Length: > 0 }) { }
                Asked.Enqueue(path);
                Answer answer = _answers.GetValueOrDefault(path, new Answer("404 Not Found", []));
                if (answer.Silent) await Task.Delay(Timeout.Infinite, _stop.Token);
                string head = $"HTTP/1.1 {answer.Status}\r\nContent-Length: {answer.Length ?? answer.Body.Length}\r\nConnection: close\r\n\r\n";
                await stream.WriteAsync(Encoding.ASCII.GetBytes(head), _stop.Token);
                await stream.WriteAsync(answer.Body, _stop.Token);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException)
        {
            // The client went, or the test ended.
        }
    }
}
