namespace Cluster.Data;

/// <summary>
/// A folder of .png, .pgm and .ppm images as a data set, in the order of their names. Images may differ in size: the middle of each is
/// taken, as high and wide as the lowest and narrowest of them. Folders inside it, each named for a class, give the labels.
/// </summary>
internal static class ImageFolder
{
    private const string SplitMark = "{split}";

    /// <summary>Whether a data set's name is a folder's: those end in a slash.</summary>
    public static bool IsFolder(string name) => name.EndsWith('/');

    /// <summary>Opens it.</summary>
    /// <exception cref="DatasetException">It is missing or empty, or an image cannot be read or has other channels than the first.</exception>
    public static ImageDataset Open(string name, string split, IReadOnlyList<string> folders)
    {
        if (split != "train" && !name.Contains(SplitMark, StringComparison.Ordinal))
            throw new DatasetException($"data set {name} has no split '{split}': a folder without {SplitMark} in its name is the split train alone");
        string relative = name.Replace(SplitMark, split, StringComparison.Ordinal);
        string[] places = Path.IsPathRooted(relative) ? [relative] : [Path.GetFullPath(relative), .. folders.Select(folder => Path.Combine(folder, relative))];
        string path = places.FirstOrDefault(Directory.Exists)
            ?? throw new DatasetException($"data set {name} has no folder for the split {split}. Looked for {string.Join(" and ", places)}");
        try
        {
            string[] classes = [.. Directory.EnumerateDirectories(path).Where(folder => Files(folder).Any()).Order(StringComparer.Ordinal)];
            (string File, int Label)[] files = classes.Length > 0
                ? [.. classes.SelectMany((folder, label) => Files(folder).Select(file => (file, label)))]
                : [.. Files(path).Select(file => (file, 0))];
            if (files.Length == 0) throw new DatasetException($"{path} holds no .png, .pgm or .ppm image, nor a folder that does");
            Picture[] pictures = [.. files.Select(each => Read(each.File))];
            return Join(name, split, pictures, [.. files.Select(each => each.File)], classes.Length > 0 ? [.. files.Select(each => each.Label)] : null);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"{path} cannot be read: {problem.Message}", problem);
        }
    }

    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder)
        .Where(file => Path.GetExtension(file).ToLowerInvariant() is ".png" or ".pgm" or ".ppm")
        .Order(StringComparer.Ordinal);

    private static Picture Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        return path.EndsWith(".png", StringComparison.OrdinalIgnoreCase) ? PngReader.Decode(bytes, path) : PnmReader.Decode(bytes, path);
    }

    private static ImageDataset Join(string name, string split, Picture[] pictures, string[] files, int[]? labels)
    {
        int height = pictures.Min(picture => picture.Height), width = pictures.Min(picture => picture.Width), channels = pictures[0].Channels;
        int other = Array.FindIndex(pictures, picture => picture.Channels != channels);
        if (other >= 0)
            throw new DatasetException($"{files[other]} has {pictures[other].Channels} channels, {files[0]} has {channels}: all images of a folder must be grey, or all in colour");
        int pixels = channels * height * width;
        if ((long)pixels * pictures.Length > Array.MaxLength)
            throw new DatasetException($"the images of {name} hold {(long)pixels * pictures.Length} values together; at most {Array.MaxLength} fit");
        byte[] bytes = new byte[pixels * pictures.Length];
        for (int i = 0; i < pictures.Length; i++) Crop(pictures[i], height, width, bytes.AsSpan(i * pixels, pixels));
        return new ImageDataset(name, split, channels, height, width, bytes.AsMemory(), labels, byte.MaxValue);
    }

    /// <summary>The middle of a picture, channel after channel.</summary>
    private static void Crop(Picture picture, int height, int width, Span<byte> into)
    {
        int top = (picture.Height - height) / 2, left = (picture.Width - width) / 2, channels = picture.Channels;
        for (int channel = 0; channel < channels; channel++)
        {
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                    into[(((channel * height) + y) * width) + x] = picture.Bytes[((((top + y) * picture.Width) + left + x) * channels) + channel];
            }
        }
    }
}
