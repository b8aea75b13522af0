using System.Buffers.Binary;
using System.Globalization;
using Cluster.Contracts.Runs;

namespace Cluster.Dashboard;

/// <summary>
/// A run as a TensorBoard event file: each figure a scalar under its key, pictures as images
/// (<c>tensorflow/core/util/event.proto</c>, <c>tensorflow/core/framework/summary.proto</c>).
/// </summary>
public static class EventFile
{
    private const string Version = "brain.Event:2";

    /// <summary>Writes <c>DIR/RUN/events.out.tfevents.…</c>, replacing what an earlier export of the run left there.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="logs">TensorBoard's <c>--logdir</c>.</param>
    /// <returns>The file's path, and how many events and pictures it has.</returns>
    public static EventFileResult Write(RunFolder folder, string logs)
    {
        StepClock clock = new(RunEvents.Read(folder), File.GetLastWriteTimeUtc(folder.Experiment));
        Entry[] entries = [.. Rows(folder).Concat(Images(folder)).OrderBy(each => each.Step)];
        double start = clock.At(0);
        string path = Path.Combine(Directory.CreateDirectory(Path.Combine(logs, folder.Name)).FullName, string.Create(
            CultureInfo.InvariantCulture, $"events.out.tfevents.{(long)start:D10}.cluster"));
        AtomicFile.Write(path, file =>
        {
            BufferedStream to = new(file, 1 << 16); // the file is not this one's to close
            RecordFile.Write(to, new ProtoWriter().Double(1, start).Text(3, Version).Written);
            foreach (Entry entry in entries)
            {
                RecordFile.Write(to, new ProtoWriter().Double(1, clock.At(entry.Step)).Integer(2, entry.Step).Message(5, entry.Summary()).Written);
            }

            to.Flush();
        });
        return new EventFileResult(path, entries.Length);
    }

    private static List<Entry> Rows(RunFolder folder)
    {
        List<Entry> rows = [];
        new GrowingFile(folder.Metrics).Read(rows.Clear, line =>
        {
            if (MetricsRow.Parse(System.Text.Encoding.UTF8.GetString(line)) is { } row)
            {
                rows.Add(new Entry(row.Step, () => Scalars(row)));
            }
        });
        return rows;
    }

    private static IEnumerable<Entry> Images(RunFolder folder) =>
        RunPictures.Samples(folder).Select(each => (Tag: each.Name, Picture: each))
            .Concat(RunPictures.Evaluations(folder).Select(each => (Tag: "evaluation/" + each.Name, Picture: each)))
            .Select(each => new Entry(each.Picture.Step, () => Image(each.Tag, File.ReadAllBytes(each.Picture.Path))));

    private static ProtoWriter Scalars(MetricsRow row)
    {
        ProtoWriter summary = new();
        foreach ((string name, double value) in row.Figures)
        {
            summary.Message(1, new ProtoWriter().Text(1, name).Float(2, (float)value));
        }

        return row.StepsPerSecond > 0
            ? summary.Message(1, new ProtoWriter().Text(1, MetricsRow.RateKey).Float(2, (float)row.StepsPerSecond))
            : summary;
    }

    /// <summary>A PNG has its width, height and colour type at fixed places of its first chunk.</summary>
    private static ProtoWriter Image(string tag, byte[] png)
    {
        if (png.Length < 26)
        {
            return new ProtoWriter();
        }

        int channels = png[25] switch { 0 => 1, 4 => 2, 2 or 3 => 3, _ => 4 };
        ProtoWriter image = new ProtoWriter()
            .Integer(1, BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)))
            .Integer(2, BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)))
            .Integer(3, channels)
            .Bytes(4, png);
        return new ProtoWriter().Message(1, new ProtoWriter().Text(1, tag).Message(4, image));
    }

    private sealed record Entry(long Step, Func<ProtoWriter> Summary);
}

/// <summary>What was written.</summary>
/// <param name="Path">The file.</param>
/// <param name="Events">How many rows and pictures it has.</param>
public sealed record EventFileResult(string Path, int Events);
