using System.Globalization;
using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <summary>One actor's state in a checkpoint: a safetensors file whose metadata says whose it is.</summary>
internal static class StateFile
{
    /// <summary>Its name: <c>generator-00-of-03.safetensors</c>, counted from 0.</summary>
    public static string Name(string role, int index, int count) =>
        string.Create(CultureInfo.InvariantCulture, $"{role}-{index:D2}-of-{count:D2}.safetensors");

    /// <summary>Writes it beside, flushed, renamed. The bytes depend on the arguments alone. Runs on any thread.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="name">From <see cref="Name"/>.</param>
    /// <param name="tensors">On the CPU.</param>
    /// <param name="metadata">Whose state it is, and of which step.</param>
    /// <param name="busy">Whether a device computes, which the writing then slows as little as it can; null for none.</param>
    public static CheckpointFile Write(
        string folder, string name, IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string> metadata, Func<bool>? busy = null)
    {
        Directory.CreateDirectory(folder);
        long length = 0;
        string sum = "";
        AtomicFile.Write(Path.Combine(folder, name), file =>
        {
            using SummedStream stream = new(file, busy ?? (static () => false));
            SafetensorsWriter.Write(stream, tensors, metadata);
            (length, sum) = (stream.Length, stream.Sum());
        });
        return new CheckpointFile(name, length, sum);
    }

    /// <summary>Opens it; the caller disposes of it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expected">What its metadata must say.</param>
    /// <exception cref="InputException">It is damaged, or of another experiment.</exception>
    public static SafetensorsFile Open(string path, params IEnumerable<(string Key, string Value)> expected)
    {
        SafetensorsFile file;
        try
        {
            file = SafetensorsFile.Open(path);
        }
        catch (SafetensorsException problem)
        {
            throw new InputException(problem.Message);
        }

        foreach ((string key, string value) in expected)
        {
            if (file.Metadata.GetValueOrDefault(key) != value)
            {
                string found = file.Metadata.GetValueOrDefault(key) ?? "nothing";
                file.Dispose();
                throw new InputException($"{path} belongs to another experiment file: {key} is {found}, the run's experiment.yaml gives {value}");
            }
        }

        return file;
    }
}
