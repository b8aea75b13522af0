using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Numerics;

/// <summary>
/// A safetensors file, open for reading: eight bytes with the head's length, the head in JSON, the tensors one behind the other.
/// The format is the one of the safetensors library. A malformed file is refused when it is opened, before anything is allocated by what it
/// says. It holds numbers and names, never code.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    private readonly string path;
    private readonly SafeFileHandle handle;
    private readonly long dataStart;
    private readonly Dictionary<string, SafetensorsEntry> byName;

    private SafetensorsFile(string path, SafeFileHandle handle, long dataStart, SafetensorsHeader header)
    {
        (this.path, this.handle, this.dataStart) = (path, handle, dataStart);
        (Entries, Metadata) = (header.Entries, header.Metadata);
        byName = Entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
    }

    /// <summary>The tensors, in the order of their bytes.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>Free text pairs.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens the file and checks its head.</summary>
    /// <exception cref="SafetensorsException">The file is malformed or truncated.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static SafetensorsFile Open(string path)
    {
        var handle = File.OpenHandle(path);
        try
        {
            var length = RandomAccess.GetLength(handle);
            if (length < 8) throw new SafetensorsException(path, $"not a safetensors file: it has {length} bytes, and the head's length alone takes 8.");
            Span<byte> prefix = stackalloc byte[8];
            ReadExactly(path, handle, prefix, 0);
            var headLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
            if (headLength > SafetensorsHeader.MaxLength)
                throw new SafetensorsException(path, $"states a head of {headLength} bytes; at most {SafetensorsHeader.MaxLength} are allowed. It may not be a safetensors file.");
            if ((long)headLength > length - 8) throw new SafetensorsException(path, $"truncated: states a head of {headLength} bytes, and {length - 8} follow.");
            var head = new byte[headLength];
            ReadExactly(path, handle, head, 8);
            var dataStart = 8 + (long)headLength;
            return new SafetensorsFile(path, handle, dataStart, SafetensorsHeader.Parse(path, head, length - dataStart));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>One tensor, new, on the CPU, owned by the caller.</summary>
    /// <exception cref="SafetensorsException">There is none of that name, or it cannot be read.</exception>
    public Tensor Read(string name)
    {
        var entry = Find(name);
        var tensor = empty(entry.Shape, SafetensorsType.Of(entry.DType));
        try
        {
            ReadBytes(entry, tensor);
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <summary>Reads one tensor into another of the same dtype and number of elements, on any device. The shape is the target's.</summary>
    /// <exception cref="SafetensorsException">There is none of that name, it does not fit, or it cannot be read.</exception>
    public void ReadInto(string name, Tensor into)
    {
        var entry = Find(name);
        if (SafetensorsType.NameOf(into.dtype) != entry.DType || into.NumberOfElements != entry.Length / SafetensorsType.SizeOf(entry.DType))
            throw new SafetensorsException(path, $"'{name}' is {entry.DType} of shape [{string.Join(", ", entry.Shape)}]; "
                + $"wanted is {SafetensorsType.NameOf(into.dtype) ?? into.dtype.ToString()} of shape [{string.Join(", ", into.shape)}].");
        if (into.device_type == DeviceType.CPU && into.is_contiguous())
        {
            ReadBytes(entry, into);
            return;
        }

        using var guard = no_grad();
        using var staged = empty(into.shape, into.dtype);
        ReadBytes(entry, staged);
        into.copy_(staged);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => handle.Dispose();

    private SafetensorsEntry Find(string name) => byName.TryGetValue(name, out var entry)
        ? entry
        : throw new SafetensorsException(path, $"holds no tensor '{name}'; it holds {string.Join(", ", Entries.Select(one => one.Name))}.");

    private void ReadBytes(SafetensorsEntry entry, Tensor into)
    {
        if (entry.Length > int.MaxValue) throw new SafetensorsException(path, $"'{entry.Name}' has {entry.Length} bytes; this program reads tensors of less than 2 GiB.");
        ReadExactly(path, handle, into.AsBytes(), dataStart + entry.Offset);
    }

    private static void ReadExactly(string path, SafeFileHandle handle, Span<byte> into, long offset)
    {
        while (!into.IsEmpty)
        {
            var read = RandomAccess.Read(handle, into, offset);
            if (read == 0) throw new SafetensorsException(path, $"truncated while it was read: it ends at byte {offset}.");
            into = into[read..];
            offset += read;
        }
    }
}
