using System.Globalization;
using System.IO.Compression;

namespace Cluster.Data;

/// <summary>
/// Numbers separated by commas, a row an example, gzipped or not. A first line that holds a word names the columns; one that is named
/// <c>label</c> holds whole numbers that label the rows.
/// </summary>
internal static class CsvReader
{
    /// <exception cref="DatasetException">A row has another length, or a field is no finite number.</exception>
    public static ImageDataset Read(string path, string name, string split)
    {
        using Stream file = File.OpenRead(path);
        using Stream text = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using StreamReader lines = new(text);
        List<float> values = [];
        List<int> labels = [];
        int columns = -1, label = -1, row = 0;
        while (lines.ReadLine() is { } line)
        {
            row++;
            if (line.Length == 0) continue;
            string[] fields = line.Split(',');
            if (columns < 0)
            {
                columns = fields.Length;
                if (fields.Any(IsWord))
                {
                    label = Array.FindIndex(fields, field => field.Trim().Equals("label", StringComparison.OrdinalIgnoreCase));
                    continue;
                }
            }

            if (fields.Length != columns)
                throw new DatasetException($"{path}, row {row}: has {fields.Length} values, the first row has {columns}; every row must have as many");
            for (int column = 0; column < columns; column++)
            {
                if (column == label) labels.Add(Label(fields[column], path, row));
                else values.Add(Number(fields[column], path, row, column));
            }
        }

        int width = columns - (label < 0 ? 0 : 1);
        if (values.Count == 0 || width == 0) throw new DatasetException($"{path} holds no row of numbers");
        (int height, width) = FileDataset.Shape(width);
        return new ImageDataset(name, split, 1, height, width, values.ToArray(), label < 0 ? null : [.. labels]);
    }

    private static bool IsWord(string field) => !float.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out _) && field.Trim().Length > 0;

    private static int Label(string field, string path, int row) => int.TryParse(field, NumberStyles.Integer, CultureInfo.InvariantCulture, out int label) && label >= 0
        ? label
        : throw new DatasetException($"{path}, row {row}: the label '{field.Trim()}' must be a whole number of at least 0");

    private static float Number(string field, string path, int row, int column) =>
        float.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && float.IsFinite(value)
            ? value
            : throw new DatasetException($"{path}, row {row}, column {column + 1}: '{field.Trim()}' is not a finite number; remove the row or fill the value in");
}
