namespace Cluster.Grains.Tests.Diagnosis;

/// <summary>A finding is told of once, and once when it is over.</summary>
[Trait("Orleans", "either")]
public sealed class DoctorTests
{
    [Fact]
    public void A_rule_fires_once_until_its_fault_is_gone()
    {
        Doctor doctor = new([new StuckChainsRule()]);
        List<string> told = [];
        long step = 0;
        void Rows(double correlation, int count)
        {
            for (int i = 0; i < count; i++)
            {
                told.AddRange(doctor.Look(Row(++step, ("chainAutocorrelation", correlation))).Select(each => $"{step} {(each.Fault ? "found" : "over")}"));
            }
        }

        Rows(0.5, 5);
        Rows(0.999, 9);
        Assert.Empty(told);
        Rows(0.999, 20);
        Assert.Equal(["15 found"], told);
        Rows(0.5, 1);
        Rows(0.999, 10);
        Assert.Equal(["15 found", "35 over", "45 found"], told);
    }

    [Fact]
    public void A_run_that_goes_back_does_not_count_rows_twice()
    {
        Doctor doctor = new([new StuckChainsRule()]);
        for (int step = 1; step <= 9; step++)
        {
            Assert.Empty(doctor.Look(Row(step, ("chainAutocorrelation", 1))));
        }

        doctor.Rewind(4);
        for (int step = 5; step <= 9; step++)
        {
            Assert.Empty(doctor.Look(Row(step, ("chainAutocorrelation", 1))));
        }

        Assert.Single(doctor.Look(Row(10, ("chainAutocorrelation", 1))));
    }

    [Fact]
    public void The_last_to_come_waits_for_the_exchange_and_the_others_for_it()
    {
        // Replica 1 is 3 s late in 4 s; both wait 0.5 s for the exchange itself.
        Dictionary<(string, string), double> gained = new()
        {
            [(Totals.Wait, "encoder/encoder/0")] = 3.5,
            [(Totals.Wait, "encoder/encoder/1")] = 0.5,
            [(Totals.Late, "encoder/encoder/1")] = 3,
            [(Totals.Late, "encoder/encoder/0")] = 0,
            [(Totals.Bytes, "encoder/encoder/0")] = 800,
            [(Totals.Busy, "s/cpu")] = 3,
            [(Totals.Busy, "t/cpu")] = 1,
            [(Totals.Input, "s/cpu#1")] = 1,
            [(Totals.Input, "s/cpu#2")] = 1,
            [(Totals.Input, "t/cpu#3")] = 1,
        };
        (IReadOnlyList<KeyValuePair<string, double>> figures, string? straggler) = RunTotals.Told(gained, 4, 10, 64);
        Dictionary<string, double> told = new(figures);
        Assert.Equal("encoder/1", straggler);
        Assert.Equal(160, told["samplesPerSecond"]);
        Assert.Equal(0.75, told["lateness"], 1e-12);
        Assert.Equal(0.05, told["exchangeWait"], 1e-12);
        Assert.Equal(0.125, told["exchangeShare"], 1e-12);
        Assert.Equal(80, told["exchangeBytes"], 1e-12);
        Assert.Equal(0.5, told["deviceBusy"], 1e-12);
        Assert.Equal(0.5, told["inputShare"], 1e-12);
    }

    private static SignalRow Row(long step, params (string Name, double Value)[] figures) =>
        new(step, figures.ToDictionary(each => each.Name, each => each.Value, StringComparer.Ordinal));
}
