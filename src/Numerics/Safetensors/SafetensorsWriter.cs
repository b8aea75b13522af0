using System.Buffers.Binary;
using System.Text.Json;

namespace Cluster.Numerics;

/// <summary>Writes safetensors files that every reader of the format opens. Equal input gives equal bytes.</summary>
public static class SafetensorsWriter
{
    /// <summary>
    /// Writes the tensors, from any device, as one file. The widest dtypes come first, else in the order given, so that every tensor is
    /// aligned to its element.
    /// </summary>
    /// <param name="destination">Written from its present position; neither flushed nor closed.</param>
    /// <param name="tensors">F32, F16, BF16, F64, I64 or U8, each of less than 2 GiB; not changed.</param>
    /// <param name="metadata">Free text pairs, written in the order of their names.</param>
    /// <exception cref="ArgumentException">A dtype that the format lacks, a name that is empty, taken or reserved.</exception>
    public static void Write(Stream destination, IEnumerable<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var ordered = tensors.Select(Planned).OrderByDescending(tensor => SafetensorsType.SizeOf(tensor.DType)).ToList();
        var head = Head(ordered, metadata);
        Span<byte> prefix = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, head.Length);
        destination.Write(prefix);
        destination.Write(head);
        foreach (var (_, source) in ordered)
        {
            using var plain = HostCopy.Of(source.Value);
            destination.Write(plain.Tensor.AsBytes());
        }
    }

    private static PlannedTensor Planned(NamedTensor tensor) => new(
        SafetensorsType.NameOf(tensor.Value.dtype)
            ?? throw new ArgumentException($"Tensor '{tensor.Name}' is {tensor.Value.dtype}; a safetensors file takes {SafetensorsType.Known}."),
        tensor);

    private static byte[] Head(List<PlannedTensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { "__metadata__" };
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal)) json.WriteString(key, value);
                json.WriteEndObject();
            }

            long offset = 0;
            foreach (var (dtype, (name, value)) in tensors)
            {
                if (string.IsNullOrEmpty(name) || !names.Add(name))
                    throw new ArgumentException($"Tensor name '{name}' is empty, reserved or taken; names in a file must differ.");
                var end = offset + value.NumberOfElements * SafetensorsType.SizeOf(dtype);
                json.WriteStartObject(name);
                json.WriteString("dtype", dtype);
                json.WriteStartArray("shape");
                foreach (var dimension in value.shape) json.WriteNumberValue(dimension);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(end);
                json.WriteEndArray();
                json.WriteEndObject();
                offset = end;
            }

            json.WriteEndObject();
        }

        // Spaces up to a multiple of eight, so that the data begin aligned.
        while (buffer.Length % 8 != 0) buffer.WriteByte((byte)' ');
        if (buffer.Length > SafetensorsHeader.MaxLength)
            throw new ArgumentException($"The head of this file would take {buffer.Length} bytes; at most {SafetensorsHeader.MaxLength} are allowed. Use fewer or larger tensors.");
        return buffer.ToArray();
    }

    private sealed record PlannedTensor(string DType, NamedTensor Source);
}
