using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Numerics.Tests;

public sealed class SafetensorsTests : IDisposable
{
    private readonly string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".safetensors");

    public void Dispose() => File.Delete(path);

    [Fact]
    public void A_file_written_by_hand_is_read()
    {
        WriteRaw("""{"__metadata__":{"format":"pt"},"b":{"dtype":"I64","shape":[2],"data_offsets":[8,24]},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}   """,
        [
            0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, // 1, -2
            5, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, // 5, -1
        ]);
        using var file = SafetensorsFile.Open(path);
        Assert.Equal(["a", "b"], file.Entries.Select(entry => entry.Name));
        Assert.Equal("pt", file.Metadata["format"]);
        using var a = file.Read("a");
        Assert.Equal([2L, 1L], a.shape);
        Assert.Equal([1f, -2f], a.AsFloats().ToArray());
        using var b = file.Read("b");
        Assert.Equal([5L, -1L], b.AsLongs().ToArray());
    }

    [Fact]
    public void Every_dtype_and_shape_survives()
    {
        using var counting = arange(12, ScalarType.Float32);
        ScalarType[] dtypes = [ScalarType.Byte, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Float32, ScalarType.Float64, ScalarType.Int64];
        var tensors = dtypes.Select(dtype => new NamedTensor($"t.{dtype}", counting.to_type(dtype).view(3, 4))).ToList();
        tensors.Add(new NamedTensor("scalar", tensor(2.5f)));
        tensors.Add(new NamedTensor("empty", zeros(0, 3)));
        tensors.Add(new NamedTensor("transposed \"é\"", tensors[3].Value.transpose(0, 1)));
        Write(tensors, new Dictionary<string, string> { ["step"] = "100", ["a"] = "b" });

        using (var file = SafetensorsFile.Open(path))
        {
            Assert.Equal("100", file.Metadata["step"]);
            foreach (var (name, value) in tensors)
            {
                using var read = file.Read(name);
                using var plain = value.contiguous();
                Assert.Equal(value.dtype, read.dtype);
                Assert.Equal(value.shape, read.shape);
                Assert.True(read.AsBytes().SequenceEqual(plain.AsBytes()));
            }

            // Aligned to its element, from the beginning of the file.
            Assert.All(file.Entries, entry => Assert.Equal(0, entry.Offset % Math.Max(1, entry.Length / Math.Max(1, entry.Shape.Aggregate(1L, (x, y) => x * y)))));
            Assert.Equal(0, (BitConverter.ToInt64(File.ReadAllBytes(path)) + 8) % 8);
        }

        foreach (var (_, value) in tensors) value.Dispose();
    }

    [Fact]
    public void Equal_tensors_give_equal_files()
    {
        using var one = ones(3);
        Write([new NamedTensor("x", one)], new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" });
        var first = File.ReadAllBytes(path);
        Write([new NamedTensor("x", one)], new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" });
        Assert.Equal(first, File.ReadAllBytes(path));
    }

    /// <summary>Read in Python by the format's description alone: length, JSON, bytes.</summary>
    [PyTorchFact]
    public void Python_reads_what_is_written()
    {
        using var counting = arange(6, ScalarType.Float32);
        using var matrix = counting.view(2, 3);
        using var whole = arange(4, ScalarType.Int64);
        using var brief = counting.to_type(ScalarType.BFloat16);
        Write([new NamedTensor("matrix", matrix), new NamedTensor("whole", whole), new NamedTensor("brief", brief)], new Dictionary<string, string> { ["run"] = "x" });
        var printed = Python.Run("""
            import json, struct, sys, torch
            raw = open(sys.argv[1], 'rb').read()
            n, = struct.unpack('<Q', raw[:8])
            head, data = json.loads(raw[8:8 + n].decode('utf-8')), raw[8 + n:]
            types = {'F32': torch.float32, 'I64': torch.int64, 'BF16': torch.bfloat16}
            print(head.pop('__metadata__'))
            for name in sorted(head):
                entry = head[name]
                begin, end = entry['data_offsets']
                print(name, torch.frombuffer(bytearray(data[begin:end]), dtype=types[entry['dtype']]).reshape(entry['shape']).tolist())
            """, path);
        Assert.Equal("""
            {'run': 'x'}
            brief [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
            matrix [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
            whole [0, 1, 2, 3]

            """, printed);
    }

    [Fact]
    public void ReadInto_fills_plain_and_strided_targets_and_takes_their_shape()
    {
        using var counting = arange(6, ScalarType.Float32);
        Write([new NamedTensor("x", counting)]);
        using var file = SafetensorsFile.Open(path);
        using var matrix = zeros(2, 3);
        file.ReadInto("x", matrix);
        Assert.Equal([0f, 1, 2, 3, 4, 5], matrix.AsFloats().ToArray());
        using var storage = zeros(2, 3);
        using var strided = storage.transpose(0, 1);
        file.ReadInto("x", strided);
        Assert.Equal([0f, 2, 4, 1, 3, 5], storage.AsFloats().ToArray());

        using var wide = zeros(6, ScalarType.Float64);
        Assert.Contains("F64", Assert.Throws<SafetensorsException>(() => file.ReadInto("x", wide)).Message);
        using var shorter = zeros(5);
        Assert.Contains("[5]", Assert.Throws<SafetensorsException>(() => file.ReadInto("x", shorter)).Message);
        Assert.Contains("holds x", Assert.Throws<SafetensorsException>(() => file.Read("y")).Message);
    }

    public static TheoryData<string, string> BadHeads => new()
    {
        { """[1]""", "begin with '{'" },
        { """{"a":""", "not valid JSON" },
        { """{} x""", "not valid JSON" },
        { """{"a":5}""", "not described by an object" },
        { """{"a":{"dtype":7,"shape":[2],"data_offsets":[0,8]}}""", "not valid JSON" },
        { """{"a":{"dtype":"F32","shape":[[2]],"data_offsets":[0,8]}}""", "not valid JSON" },
        { """{"a":{"dtype":"F32","shape":"2","data_offsets":[0,8]}}""", "not an array" },
        { """{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", "whole numbers" },
        { """{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "whole numbers" },
        { """{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}""", "whole numbers" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"stride":[1]}}""", "'stride'" },
        { """{"a":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}}""", "'shape'" },
        { """{"a":{"dtype":"F32","shape":[2]}}""", "lacks" },
        { """{"a":{"dtype":"Q4","shape":[2],"data_offsets":[0,8]}}""", "dtype Q4" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[8]}}""", "data_offsets [8]" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "data_offsets [8, 0]" },
        { """{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "does not make 8 bytes" },
        { """{"a":{"dtype":"F32","shape":[4611686018427387904,4,2],"data_offsets":[0,8]}}""", "does not make 8 bytes" },
        { """{"a":{"dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8]}}""", "does not make 8 bytes" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "'a' twice" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "overlaps" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "no tensor owns bytes 0 to 4" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "no tensor owns bytes 1 to 4" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "4 bytes follow the last tensor" },
        { """{"a":{"dtype":"F32","shape":[250000000000],"data_offsets":[0,1000000000000]}}""", "truncated" },
        { """{"__metadata__":{"k":5},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "metadata 'k'" },
        { """{"__metadata__":{"k":"1","k":"2"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "'k' twice" },
    };

    [Theory]
    [MemberData(nameof(BadHeads))]
    public void A_head_that_does_not_describe_the_data_is_refused(string head, string said)
    {
        WriteRaw(head, new byte[8]);
        var before = LiveTensors.Settled();
        var refused = Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(path));
        Assert.Contains(said, refused.Message);
        Assert.Contains(path, refused.Message);
        Assert.Equal(path, refused.Path);
        Assert.Equal(before, Tensor.TotalCount);
        File.Delete(path); // a refused file is closed
    }

    [Fact]
    public void Text_that_is_not_UTF8_is_refused()
    {
        byte[] head = [.. "{\"__metadata__\":{\"k\":\""u8, 0xFF, .. "\"}}"u8];
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)head.Length), .. head]);
        Assert.Contains("UTF-8", Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(path)).Message);
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3 }, "has 3 bytes")]
    [InlineData(new byte[] { 50, 0, 0, 0, 0, 0, 0, 0, 0x7B }, "head of 50 bytes, and 1 follow")]
    [InlineData(new byte[] { 1, 0xE1, 0xF5, 5, 0, 0, 0, 0, 0x7B }, "head of 100000001 bytes; at most")]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255, 0x7B }, "head of 18446744073709551615 bytes; at most")]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0 }, "begin with '{'")]
    public void A_length_that_cannot_be_is_refused(byte[] file, string said)
    {
        File.WriteAllBytes(path, file);
        Assert.Contains(said, Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(path)).Message);
    }

    [Fact]
    public void Every_truncation_of_a_file_is_refused()
    {
        using var one = ones(3);
        Write([new NamedTensor("x", one)]);
        var whole = File.ReadAllBytes(path);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(path));
        }
    }

    [Fact]
    public void A_file_without_tensors_is_one()
    {
        Write([]);
        using var file = SafetensorsFile.Open(path);
        Assert.Empty(file.Entries);
        Assert.Empty(file.Metadata);
    }

    [Fact]
    public void What_cannot_be_written_is_refused_before_a_byte_is()
    {
        using var one = ones(3);
        using var flags = ones(3, ScalarType.Bool);
        Assert.Contains("Bool", Refused([new NamedTensor("x", flags)]));
        Assert.Contains("'x'", Refused([new NamedTensor("x", one), new NamedTensor("x", one)]));
        Assert.Contains("''", Refused([new NamedTensor("", one)]));
        Assert.Contains("'__metadata__'", Refused([new NamedTensor("__metadata__", one)]));
    }

    private static string Refused(NamedTensor[] tensors)
    {
        using var stream = new MemoryStream();
        var refused = Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(stream, tensors));
        Assert.Equal(0, stream.Length);
        return refused.Message;
    }

    private void Write(IEnumerable<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using var stream = File.Create(path);
        SafetensorsWriter.Write(stream, tensors, metadata);
    }

    private void WriteRaw(string head, byte[] data)
    {
        var bytes = Encoding.UTF8.GetBytes(head);
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)bytes.Length), .. bytes, .. data]);
    }
}
