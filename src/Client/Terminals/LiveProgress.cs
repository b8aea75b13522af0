using Cluster.Contracts;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cluster.Client;

/// <summary>A bar that is drawn again in place, with step, rate, losses and time left, as far as the terminal is wide.</summary>
internal sealed class LiveProgress(Terminal terminal) : IProgressView
{
    private readonly IAnsiConsole _console = AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(terminal.Out),
        Ansi = AnsiSupport.Yes,
        Interactive = InteractionSupport.Yes,
        ColorSystem = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
    });

    /// <inheritdoc/>
    public Task<RunStatus> Show(Func<Action<RunStatus>, Task<RunStatus>> watch)
    {
        FiguresColumn figures = new();
        return _console.Progress()
            .AutoClear(false)
            .Columns(new ProgressBarColumn { Width = FiguresColumn.BarWidth(_console.Profile.Width) }, figures)
            .StartAsync(async progress =>
            {
                ProgressTask bar = progress.AddTask("training");
                RunStatus end = await watch(status => Update(bar, figures, status));
                Update(bar, figures, end);
                bar.StopTask();
                return end;
            });
    }

    /// <inheritdoc/>
    public void Say(string line) => _console.WriteLine(line);

    private static void Update(ProgressTask bar, FiguresColumn figures, RunStatus status)
    {
        figures.Status = status;
        bar.MaxValue = Math.Max(1, status.Steps);
        bar.Value = status.Step;
    }

    private sealed class FiguresColumn : ProgressColumn
    {
        public RunStatus? Status { get; set; }

        protected override bool NoWrap => true;

        /// <summary>What the figures of a GAN leave, and a sixth of the line at least.</summary>
        public static int BarWidth(int console) => Math.Min(40, Math.Max(console - 98, Math.Max(4, console / 6)));

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
        {
            int width = options.ConsoleSize.Width;
            return new Spectre.Console.Text(Status is null ? "" : ProgressText.Fit(Status, width - BarWidth(width) - 3)) { Overflow = Overflow.Crop };
        }
    }
}
