using System.Security.Cryptography;

namespace Cluster.Data;

/// <summary>Downloads MNIST, checked by SHA-256. A file is in the folder whole and right, or not at all.</summary>
public static class MnistFetch
{
    /// <summary>Where the files go by default; <see cref="DatasetLocator"/> looks there.</summary>
    public static string DefaultFolder => Path.Combine("data", "mnist");

    /// <summary>Downloads what the folder does not hold with the right content yet.</summary>
    /// <param name="folder">Made where it is missing.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="progress">Told after each piece.</param>
    /// <param name="cancellation">Stops the download; finished files stay.</param>
    /// <exception cref="DatasetException">No network, a refusing server, other content than expected, or a folder that cannot be written.</exception>
    public static async Task FetchAsync(
        string folder, FetchOptions? options = null, IProgress<FetchProgress>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new FetchOptions();
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.Timeout, TimeSpan.Zero);
        using HttpClient http = new() { Timeout = Timeout.InfiniteTimeSpan };
        foreach (PinnedFile file in options.Files)
        {
            string path = Path.Combine(folder, file.Name);
            Uri address = new(options.BaseAddress.AbsoluteUri.TrimEnd('/') + "/" + file.Name);
            using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(options.Timeout);
            try
            {
                if (await HasAsync(path, file, cancellation).ConfigureAwait(false))
                {
                    progress?.Report(new FetchProgress(file, file.Length, AlreadyThere: true));
                    continue;
                }

                Directory.CreateDirectory(folder);
                await DownloadAsync(http, address, path, file, progress, patience.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new DatasetException($"{address}: not received within {options.Timeout.TotalSeconds} s. {ByHand(folder)}");
            }
            catch (HttpRequestException problem)
            {
                string answer = problem.StatusCode is { } code ? $"the server answered {(int)code} ({code})" : problem.Message;
                throw new DatasetException($"{address}: cannot be downloaded: {answer}. {ByHand(folder)}", problem);
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                throw new DatasetException($"{path}: cannot be written: {problem.Message} Choose a folder that can be written", problem);
            }
        }
    }

    private static string ByHand(string folder) =>
        $"Without a network, copy the four files into {Path.GetFullPath(folder)}, or name a folder that has them with --data DIR";

    private static async Task<bool> HasAsync(string path, PinnedFile file, CancellationToken cancellation)
    {
        if (!File.Exists(path) || new FileInfo(path).Length != file.Length) return false;
        await using FileStream content = File.OpenRead(path);
        return IsOf(file, await SHA256.HashDataAsync(content, cancellation).ConfigureAwait(false));
    }

    private static async Task DownloadAsync(
        HttpClient http, Uri address, string path, PinnedFile file, IProgress<FetchProgress>? progress, CancellationToken cancellation)
    {
        string beside = path + ".part";
        try
        {
            using HttpResponseMessage answer = await http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            answer.EnsureSuccessStatusCode();
            await using (FileStream written = new(beside, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                await using Stream body = await answer.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
                await CopyAsync(body, written, address, file, progress, cancellation).ConfigureAwait(false);
                written.Flush(flushToDisk: true);
            }

            File.Move(beside, path, overwrite: true);
        }
        finally
        {
            File.Delete(beside);
        }
    }

    /// <summary>Copies and checks; stops at the first byte too many.</summary>
    private static async Task CopyAsync(
        Stream body, Stream written, Uri address, PinnedFile file, IProgress<FetchProgress>? progress, CancellationToken cancellation)
    {
        using IncrementalHash sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] piece = new byte[1 << 16];
        long received = 0;
        for (int read; (read = await ReadAsync(body, piece, address, cancellation).ConfigureAwait(false)) > 0;)
        {
            received += read;
            if (received > file.Length) throw new DatasetException($"{address}: is not the expected file: longer than its {file.Length} bytes");
            sum.AppendData(piece, 0, read);
            await written.WriteAsync(piece.AsMemory(0, read), cancellation).ConfigureAwait(false);
            progress?.Report(new FetchProgress(file, received, AlreadyThere: false));
        }

        if (received < file.Length) throw new DatasetException($"{address}: is not the expected file: {received} bytes instead of {file.Length}");
        byte[] found = sum.GetHashAndReset();
        if (!IsOf(file, found))
            throw new DatasetException($"{address}: is not the expected file: its SHA-256 is {Convert.ToHexStringLower(found)}, expected {file.Sha256}");
    }

    // Told apart here, because a failure to write is an IOException too.
    private static async ValueTask<int> ReadAsync(Stream body, Memory<byte> piece, Uri address, CancellationToken cancellation)
    {
        try
        {
            return await body.ReadAsync(piece, cancellation).ConfigureAwait(false);
        }
        catch (IOException problem)
        {
            throw new DatasetException($"{address}: the download broke off: {problem.Message} Try again", problem);
        }
    }

    private static bool IsOf(PinnedFile file, byte[] sum) => Convert.ToHexStringLower(sum).Equals(file.Sha256, StringComparison.OrdinalIgnoreCase);
}
