namespace Cluster.Dashboard;

/// <summary>The style sheet inside a report.</summary>
internal static class ReportStyle
{
    public const string Css = """
        :root { --paper: #fff; --ink: #1c2430; --quiet: #5d6878; --edge: #dde2ea; --panel: #f7f8fa; --line: #2f6fdb; --good: #177a45; --bad: #c22f2f; }
        @media (prefers-color-scheme: dark) { :root { --paper: #11151b; --ink: #e4e8ee; --quiet: #98a3b3; --edge: #2a323d; --panel: #181d25; --line: #6ea8ff; --good: #57c98a; --bad: #ff8080; } }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
        main { max-width: 1180px; margin: 0 auto; padding: 24px 20px 48px; }
        h1 { font-size: 26px; margin: 0 0 12px; overflow-wrap: anywhere; } h2 { font-size: 18px; margin: 32px 0 10px; }
        .state { font-size: 13px; font-weight: 600; vertical-align: middle; padding: 2px 10px; border: 1px solid currentColor; border-radius: 99px; color: var(--quiet); }
        .state.finished, .state.running { color: var(--good); } .state.failed, .problem { color: var(--bad); }
        .facts { display: flex; flex-wrap: wrap; gap: 8px 32px; margin: 0; } dt { color: var(--quiet); font-size: 13px; } dd { margin: 0; font-variant-numeric: tabular-nums; }
        .charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 420px), 1fr)); gap: 14px; }
        figure { margin: 0; } .charts figure { border: 1px solid var(--edge); border-radius: 10px; padding: 10px 12px; background: var(--panel); break-inside: avoid; }
        figcaption span { color: var(--quiet); font-size: 13px; }
        .chart { width: 100%; height: auto; display: block; } .chart text { fill: var(--quiet); font-size: 12px; }
        .grid { stroke: var(--edge); } .line { fill: none; stroke: var(--line); stroke-width: 1.6; stroke-linejoin: round; } .faint { opacity: 0.3; stroke-width: 1; } .dot { fill: var(--line); }
        .pictures { display: flex; flex-wrap: wrap; gap: 14px; } .pictures figure { width: 230px; } .pictures img { width: 100%; border-radius: 8px; }
        .pictures figcaption { color: var(--quiet); font-size: 13px; }
        .scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; } th { text-align: left; color: var(--quiet); font-weight: 500; }
        th, td { padding: 4px 16px 4px 0; border-bottom: 1px solid var(--edge); vertical-align: top; } code { font-size: 12px; }
        pre { background: var(--panel); border: 1px solid var(--edge); border-radius: 10px; padding: 12px 14px; overflow-x: auto; font-size: 13px; }
        footer { color: var(--quiet); font-size: 13px; margin-top: 32px; }
        """;
}
