namespace Cluster.Client;

/// <summary>Where a command writes.</summary>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Live">Whether the output is a terminal on which a line can be drawn again.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error, bool Live)
{
    /// <summary>The process's own.</summary>
    public static Terminal OfProcess() => new(Console.Out, Console.Error, IsLive);

    private static bool IsLive => !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    /// <summary>Undoes what a live bar does to the terminal, for an exit in the middle of one.</summary>
    public static void ShowCursor()
    {
        if (IsLive)
        {
            Console.Out.Write("\e[?25h\n");
            Console.Out.Flush();
        }
    }
}
