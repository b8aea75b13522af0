using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Dashboard.Tests;

/// <summary>The pages on a run that trains on silos.</summary>
[Collection("silos")]
public sealed class LiveRunTests : IDisposable
{
    private const string Token = "0123456789abcdef0123456789";
    private const string Readout = "document.querySelector('[data-metric=discriminatorLoss] .readout')?.textContent";
    private const string State = "document.getElementById('state').textContent";

    private readonly RunsRoot _runs = new();

    public void Dispose() => _runs.Dispose();

    [BrowserFact]
    public async Task ChartsMoveASampleAppearsAndTheButtonsWork()
    {
        await using LiveCluster cluster = await LiveCluster.Start(1, _runs);
        await cluster.Train("a-001");
        await using DashboardServer server = await cluster.Serve();
        await using Browser browser = await Open(server, "/runs/a-001");
        await browser.Until(Readout);
        string before = (string)(await browser.Value(Readout))!;
        await browser.Until($"{Readout} !== '{before}'");
        await browser.Until("document.querySelector('#viewer img')?.naturalWidth > 0");

        // Two replicas of two networks and two shards of each: all of them stand in the map and in the timeline.
        await browser.Until("document.querySelectorAll('#silos .actors li').length === 8");
        await browser.Until("document.querySelectorAll('#timeline-rows tr').length >= 6 && document.querySelectorAll('#timeline-rows .bar.compute').length > 0");

        await browser.Until("document.querySelectorAll('#checkpoint-rows tr').length > 0");
        await Press(browser, "pause");
        await browser.Until($"{State} === 'paused'");
        long step = RunStateFile.Read(cluster.Folder("a-001"))!.Step;
        await Press(browser, "resume");
        await browser.Until($"{State} === 'running'");
        await browser.Until($"document.querySelectorAll('#event-list .resumed').length > 0 && Number(document.querySelector('#facts dd').textContent.split(' of')[0].replace(/\\D/g, '')) > {step}");

        await Press(browser, "sample");
        await browser.Until("document.querySelector('dialog img')?.naturalWidth > 0");
        await browser.Value("document.querySelector('dialog .choices .main').click()");
        await browser.Until("!document.querySelector('dialog')");

        await Press(browser, "cancel");
        await browser.Value("document.querySelector('dialog [data-confirm]').click()");
        await browser.Until($"{State} === 'cancelled'");
        Assert.Equal(RunState.Cancelled, RunStateFile.Read(cluster.Folder("a-001"))!.State);
        Assert.Empty(browser.Complaints);
    }

    [BrowserFact]
    public async Task ALostSiloShowsAsLostAndTheRunGoesOn()
    {
        await using LiveCluster cluster = await LiveCluster.Start(3, _runs);
        await cluster.Train("a-001");
        await using DashboardServer server = await cluster.Serve();
        await using Browser map = await Open(server, "/cluster");
        await using Browser run = await Open(server, "/runs/a-001");
        await map.Until("document.querySelectorAll('.silo.active').length === 3 && document.querySelector('.actors li.busy')");
        await run.Until(Readout);

        string lost = await cluster.KillOneBeside("a-001");
        await map.Until($"document.querySelector('.silo.lost[data-silo=\"{lost}\"]') && document.querySelectorAll('.silo.active').length === 2");
        Assert.Equal($"{lost} is lost", (string?)await map.Value("document.getElementById('lost-silos').textContent"));
        await run.Until($"document.getElementById('lost-silos').textContent === '{lost} is lost'");
        string before = (string)(await run.Value(Readout))!;
        await run.Until($"{State} === 'running' && {Readout} !== '{before}'");
        await cluster.Grains.GetGrain<IExperimentGrain>("a-001").Cancel();
        await run.Until($"{State} === 'cancelled'");
    }

    [BrowserFact]
    public async Task ThePageAsksForTheTokenAndRecoversWhenTheServerRestarts()
    {
        await using LiveCluster cluster = await LiveCluster.Start(1, _runs);
        await cluster.Train("a-001");
        DashboardServer server = await cluster.Serve(Token);
        await using Browser browser = await Open(server, "/runs/a-001");
        await Enter(browser, "no such token at all");
        await browser.Until("document.querySelector('dialog .problem')");
        await Enter(browser, Token);
        await browser.Until(Readout);

        // What a browser asks without headers carries a ticket.
        await browser.Until("document.querySelector('#viewer img')?.naturalWidth > 0");
        int port = server.Address.Port;
        await server.DisposeAsync();
        await browser.Until("!document.getElementById('lost').hidden");
        string before = (string)(await browser.Value(Readout))!;
        await using DashboardServer again = await cluster.Serve(Token, port);
        await browser.Until($"document.getElementById('lost').hidden && {Readout} !== '{before}'");
        await Press(browser, "pause");
        await browser.Until($"{State} === 'paused'");
        Assert.Empty((string?)await browser.Value("document.cookie") ?? "");
    }

    private static async Task<Browser> Open(DashboardServer server, string path)
    {
        Browser browser = await Browser.Start();
        await browser.Look(1300, 900);
        await browser.Go(new Uri(server.Address, path));
        await browser.Until("document.readyState === 'complete'");
        return browser;
    }

    private static async Task Press(Browser browser, string act)
    {
        await browser.Until($"document.querySelector('[data-act={act}]:enabled')");
        await browser.Value($"document.querySelector('[data-act={act}]').click()");
    }

    private static async Task Enter(Browser browser, string token)
    {
        await browser.Until("document.querySelector('dialog input:enabled')");
        await browser.Value($"document.querySelector('dialog input').value = '{token}', document.querySelector('dialog button').click()");
    }
}
