using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>How the learning rate falls.</summary>
public enum Schedule
{
    /// <summary>Not at all.</summary>
    Constant,

    /// <summary>In a straight line.</summary>
    Linear,

    /// <summary>By half a cosine (Loshchilov and Hutter 2017).</summary>
    Cosine,
}

/// <summary>The learning rate's factor by workflow step.</summary>
public sealed record ScheduleSection
{
    internal const string Tag = "name";

    public Schedule Name { get; init; } = Schedule.Constant;

    /// <summary>Steps.</summary>
    public int Warmup { get; init; }

    /// <summary>Steps; of linear and cosine only.</summary>
    public int From { get; init; }

    /// <summary>Steps; 0: the run's last one. Of linear and cosine only.</summary>
    public int Until { get; init; }

    /// <summary>Share of the learning rate; of linear and cosine only.</summary>
    public double Final { get; init; }

    internal static ScheduleSection Describe(Section s, ScheduleSection d)
    {
        var name = s.Word(Tag, d.Name, "how the learning rate falls");
        Only falls = new(Tag, "linear or cosine", name != Schedule.Constant);
        ScheduleSection made = new()
        {
            Name = name,
            Warmup = s.Int("warmup", d.Warmup, "steps over which the learning rate rises to its full value", 0),
            From = s.Scalar("from", d.From, new IntForm(0, int.MaxValue), "step at which it begins to fall", falls),
            Until = s.Scalar("until", d.Until, new IntForm(0, int.MaxValue), "step at which it has fallen; 0: the run's last", falls),
            Final = s.Number("final", d.Final, "share of it that is left then", Interval.Closed(0, 1), falls),
        };
        s.Require("until", made.Until == 0 || made.Until > made.From, "must lie behind from, or be 0 for the run's last step");
        return made;
    }
}
