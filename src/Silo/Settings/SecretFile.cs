namespace Cluster.Silo;

/// <summary>Secrets that are mounted as files.</summary>
internal static class SecretFile
{
    private const int Longest = 64 * 1024;

    /// <summary>Reads one, without the white space around it.</summary>
    /// <param name="key">The setting that names the file.</param>
    /// <param name="path">The file.</param>
    /// <param name="text">What it holds; null where it cannot be read.</param>
    /// <returns>What is wrong, without a word of the secret; null where all is well.</returns>
    public static string? Read(string key, string path, out string? text)
    {
        text = null;
        try
        {
            FileInfo file = new(path);
            if (!file.Exists)
            {
                return $"{key}: there is no file {path}";
            }

            if (file.Length > Longest)
            {
                return $"{key}: {path} has {file.Length} bytes; a secret has at most {Longest}";
            }

            text = File.ReadAllText(path).Trim();
            return text.Length > 0 ? null : $"{key}: {path} is empty";
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return $"{key}: {path} cannot be read: {problem.Message}";
        }
    }
}
