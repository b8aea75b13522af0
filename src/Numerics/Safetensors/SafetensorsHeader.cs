using System.Text;
using System.Text.Json;

namespace Cluster.Numerics;

/// <summary>
/// The JSON head of a safetensors file, read with suspicion: what it says must describe exactly the bytes that follow it, every one
/// once, before anybody allocates by it.
/// </summary>
internal sealed class SafetensorsHeader
{
    /// <summary>Largest head that the format's own library accepts.</summary>
    internal const long MaxLength = 100_000_000;

    private const string MetadataKey = "__metadata__";

    private readonly Dictionary<string, string> metadata = new(StringComparer.Ordinal);
    private readonly List<SafetensorsEntry> entries = [];

    private SafetensorsHeader()
    {
    }

    /// <summary>In the order of their bytes.</summary>
    internal IReadOnlyList<SafetensorsEntry> Entries => entries;

    internal IReadOnlyDictionary<string, string> Metadata => metadata;

    /// <param name="path">The file, for messages.</param>
    /// <param name="json">The head.</param>
    /// <param name="dataLength">Bytes of the file after the head.</param>
    /// <exception cref="SafetensorsException">Anything does not fit.</exception>
    internal static SafetensorsHeader Parse(string path, ReadOnlySpan<byte> json, long dataLength)
    {
        if (json.IsEmpty || json[0] != (byte)'{') throw new SafetensorsException(path, "not a safetensors file: the head does not begin with '{'.");
        var header = new SafetensorsHeader();
        try
        {
            new UTF8Encoding(false, throwOnInvalidBytes: true).GetCharCount(json);
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 3 });
            reader.Read();
            header.ReadTop(path, ref reader);
            reader.Read(); // past the end: refuses anything but white space
        }
        catch (Exception malformed) when (malformed is JsonException or DecoderFallbackException or InvalidOperationException or FormatException)
        {
            throw new SafetensorsException(path, $"the head is not valid JSON in UTF-8 of the expected form: {malformed.Message}", malformed);
        }

        header.CheckCover(path, dataLength);
        return header;
    }

    private void ReadTop(string path, ref Utf8JsonReader reader)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (!names.Add(name)) throw new SafetensorsException(path, $"the head names '{name}' twice; names must differ.");
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject) throw new SafetensorsException(path, $"'{name}' is not described by an object.");
            if (name == MetadataKey) ReadMetadata(path, ref reader);
            else entries.Add(ReadEntry(path, name, ref reader));
        }
    }

    private void ReadMetadata(string path, ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String) throw new SafetensorsException(path, $"metadata '{key}' is not a string.");
            if (!metadata.TryAdd(key, reader.GetString()!)) throw new SafetensorsException(path, $"the metadata name '{key}' twice.");
        }
    }

    private static SafetensorsEntry ReadEntry(string path, string name, ref Utf8JsonReader reader)
    {
        string? dtype = null;
        long[]? shape = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            var known = key switch
            {
                "dtype" => dtype is null && (dtype = reader.GetString()) is not null,
                "shape" => shape is null && (shape = ReadNumbers(path, name, ref reader)) is not null,
                "data_offsets" => offsets is null && (offsets = ReadNumbers(path, name, ref reader)) is not null,
                _ => false,
            };
            if (!known) throw new SafetensorsException(path, $"'{name}' has '{key}', unknown or twice; dtype, shape and data_offsets are expected, once each.");
        }

        if (dtype is null || shape is null || offsets is null) throw new SafetensorsException(path, $"'{name}' lacks dtype, shape or data_offsets.");
        var size = SafetensorsType.SizeOf(dtype);
        if (size == 0) throw new SafetensorsException(path, $"'{name}' has dtype {dtype}; this program reads {SafetensorsType.Known}.");
        if (offsets.Length != 2 || offsets[1] < offsets[0])
            throw new SafetensorsException(path, $"'{name}' has data_offsets [{string.Join(", ", offsets)}]; they must be a beginning and an end not before it.");
        var length = offsets[1] - offsets[0];
        if (!ShapeSize.TryCount(shape, out var count) || count > long.MaxValue / size || count * size != length)
            throw new SafetensorsException(path, $"'{name}' is {dtype} of shape [{string.Join(", ", shape)}], which does not make {length} bytes.");
        return new SafetensorsEntry(name, dtype, shape, offsets[0], length);
    }

    private static long[] ReadNumbers(string path, string name, ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw new SafetensorsException(path, $"'{name}' has a shape or data_offsets that is not an array.");
        var numbers = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var number) || number < 0)
                throw new SafetensorsException(path, $"'{name}' has a shape or data_offsets with something else than whole numbers of at least 0.");
            numbers.Add(number);
        }

        return [.. numbers];
    }

    private void CheckCover(string path, long dataLength)
    {
        entries.Sort((a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : a.Length.CompareTo(b.Length));
        long end = 0;
        foreach (var entry in entries)
        {
            if (entry.Offset != end)
                throw new SafetensorsException(path, entry.Offset < end
                    ? $"'{entry.Name}' begins at byte {entry.Offset} of the data and overlaps its neighbour, which ends at {end}."
                    : $"no tensor owns bytes {end} to {entry.Offset} of the data, before '{entry.Name}'.");
            end += entry.Length;
        }

        if (end > dataLength) throw new SafetensorsException(path, $"truncated: the tensors take {end} bytes, and {dataLength} follow the head.");
        if (end < dataLength) throw new SafetensorsException(path, $"{dataLength - end} bytes follow the last tensor, and no tensor owns them.");
    }
}
