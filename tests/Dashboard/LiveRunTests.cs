using Cluster.Contracts;
using Cluster.Contracts.Runs;
using static Microsoft.Playwright.Assertions;

namespace Cluster.Dashboard.Tests;

/// <summary>The pages on a run that trains on silos.</summary>
[Collection("silos")]
public sealed class LiveRunTests(BrowserFixture browser) : IClassFixture<BrowserFixture>, IDisposable
{
    private const string Token = "0123456789abcdef0123456789";
    private const string Readout = "[data-metric=discriminatorLoss] .readout";

    private readonly RunsRoot _runs = new();

    public void Dispose() => _runs.Dispose();

    [BrowserFact]
    public async Task ChartsMoveASampleAppearsAndTheButtonsWork()
    {
        await using LiveCluster cluster = await LiveCluster.Start(1, _runs);
        await cluster.Train("a-001");
        await using DashboardServer server = await cluster.Serve();
        await using BrowserPage page = await Open(server, "/runs/a-001");
        await Moves(page);
        await page.Until("document.querySelector('#viewer img')?.naturalWidth > 0");

        // Two replicas of two networks and two shards of each: all of them stand in the map and in the timeline.
        await Expect(page["#silos .actors li"]).ToHaveCountAsync(8);
        await page.Until("document.querySelectorAll('#timeline-rows tr').length >= 6 && document.querySelectorAll('#timeline-rows .bar.compute').length > 0");

        await Expect(page["#checkpoint-rows tr"].First).ToBeVisibleAsync();
        await page["[data-act=pause]"].ClickAsync();
        await Expect(page["#state"]).ToHaveTextAsync("paused");
        long step = RunStateFile.Read(cluster.Folder("a-001"))!.Step;
        await page["[data-act=resume]"].ClickAsync();
        await Expect(page["#state"]).ToHaveTextAsync("running");
        await Expect(page["#event-list .resumed"].First).ToBeVisibleAsync();
        await page.Until($"Number(document.querySelector('#facts dd').textContent.split(' of')[0].replace(/\\D/g, '')) > {step}");

        await page["[data-act=sample]"].ClickAsync();
        await page.Until("document.querySelector('dialog img')?.naturalWidth > 0");
        await page["dialog .choices .main"].ClickAsync();
        await Expect(page["dialog"]).ToHaveCountAsync(0);

        await page["[data-act=cancel]"].ClickAsync();
        await page["dialog [data-confirm]"].ClickAsync();
        await Expect(page["#state"]).ToHaveTextAsync("cancelled");
        Assert.Equal(RunState.Cancelled, RunStateFile.Read(cluster.Folder("a-001"))!.State);
        Assert.Empty(page.Complaints);
    }

    [BrowserFact]
    public async Task ALostSiloShowsAsLostAndTheRunGoesOn()
    {
        await using LiveCluster cluster = await LiveCluster.Start(3, _runs);
        await cluster.Train("a-001");
        await using DashboardServer server = await cluster.Serve();
        await using BrowserPage map = await Open(server, "/cluster");
        await using BrowserPage run = await Open(server, "/runs/a-001");
        await Expect(map[".silo.active"]).ToHaveCountAsync(3);
        await Expect(map[".actors li.busy"].First).ToBeVisibleAsync();
        await Expect(run[Readout]).Not.ToBeEmptyAsync();

        string lost = await cluster.KillOneBeside("a-001");
        await Expect(map[$".silo.lost[data-silo=\"{lost}\"]"]).ToBeVisibleAsync();
        await Expect(map[".silo.active"]).ToHaveCountAsync(2);
        await Expect(map["#lost-silos"]).ToHaveTextAsync($"{lost} is lost");
        await Expect(run["#lost-silos"]).ToHaveTextAsync($"{lost} is lost");
        await Moves(run);
        await Expect(run["#state"]).ToHaveTextAsync("running");
        await cluster.Grains.GetGrain<IExperimentGrain>("a-001").Cancel();
        await Expect(run["#state"]).ToHaveTextAsync("cancelled");
    }

    [BrowserFact]
    public async Task ThePageAsksForTheTokenAndRecoversWhenTheServerRestarts()
    {
        await using LiveCluster cluster = await LiveCluster.Start(1, _runs);
        await cluster.Train("a-001");
        DashboardServer server = await cluster.Serve(Token);
        await using BrowserPage page = await Open(server, "/runs/a-001");
        await Enter(page, "no such token at all");
        await Expect(page["dialog .problem"]).ToBeVisibleAsync();
        await Enter(page, Token);
        await Moves(page);

        // What a browser asks without headers carries a ticket.
        await page.Until("document.querySelector('#viewer img')?.naturalWidth > 0");
        int port = server.Address.Port;
        await server.DisposeAsync();
        await Expect(page["#lost"]).ToBeVisibleAsync();
        await using DashboardServer again = await cluster.Serve(Token, port);
        await Expect(page["#lost"]).ToBeHiddenAsync();
        await Moves(page);
        await page["[data-act=pause]"].ClickAsync();
        await Expect(page["#state"]).ToHaveTextAsync("paused");
        Assert.Empty(await page.Page.Context.CookiesAsync());
    }

    private static async Task Moves(BrowserPage page)
    {
        await Expect(page[Readout]).Not.ToBeEmptyAsync();
        await Expect(page[Readout]).Not.ToHaveTextAsync(await page[Readout].InnerTextAsync());
    }

    private static async Task Enter(BrowserPage page, string token)
    {
        await Expect(page["dialog input"]).ToBeEnabledAsync();
        await page["dialog input"].FillAsync(token);
        await page["dialog button"].First.ClickAsync();
    }

    private Task<BrowserPage> Open(DashboardServer server, string path) => browser.Open(new Uri(server.Address, path));
}
