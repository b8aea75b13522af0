namespace Cluster.Grains;

/// <summary>Every name that telemetry uses, in one place: dashboards and alerts are checked against them.</summary>
public static class TelemetryNames
{
    /// <summary>The activity source and the meter.</summary>
    public const string Source = "Cluster.Training";

    /// <summary>Span: one attempt of a run, from its opening to its end.</summary>
    public const string RunSpan = "experiment.run";

    /// <summary>Span: one workflow step, the root of its trace; it ends when the step's arithmetic is done.</summary>
    public const string StepSpan = "workflow.step";

    /// <summary>Span: one message of an actor.</summary>
    public const string MessageSpan = "actor.message";

    /// <summary>Span: one piece of work on a device's thread.</summary>
    public const string DeviceSpan = "device.run";

    /// <summary>Span: a gradient's way to its shard and the new values' way back.</summary>
    public const string ReduceSpan = "exchange.reduce";

    /// <summary>Span: the writing of a checkpoint's files.</summary>
    public const string CheckpointSpan = "checkpoint.write";

    /// <summary>Tag: the run's name.</summary>
    public const string Run = "cluster.run";

    /// <summary>Tag: an actor's role.</summary>
    public const string Role = "cluster.role";

    /// <summary>Tag: an actor's logical index in its role.</summary>
    public const string Index = "cluster.index";

    /// <summary>Tag: a workflow step.</summary>
    public const string Step = "cluster.step";

    /// <summary>Attribute of a step's span that was made afterwards: why, <c>slow</c> or <c>failed</c>.</summary>
    public const string Why = "cluster.step.why";

    /// <summary>Tag: the name of a figure.</summary>
    public const string Signal = "cluster.signal.name";

    /// <summary>Tag: the name of a rule.</summary>
    public const string Diagnosis = "cluster.diagnosis.name";

    /// <summary>Tag: the silo on which an actor has a message.</summary>
    public const string Silo = "cluster.silo";

    /// <summary>Tag: a device's thread, as <c>cuda:0/1</c>.</summary>
    public const string Device = "cluster.device.name";
}
