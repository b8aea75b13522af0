namespace Cluster.Contracts.Experiments.Schema;

/// <summary>How a value is written as one YAML scalar.</summary>
internal abstract class Form<T>
{
    /// <summary>Short name for the reference, as <c>integer</c>.</summary>
    public abstract string Type { get; }

    /// <summary>The allowed values for the reference; empty where the type says all.</summary>
    public abstract string Range { get; }

    /// <summary>Completes "must be ...".</summary>
    public abstract string Expected { get; }

    /// <summary>Reads the scalar; null in <paramref name="wrong"/> where it is good, else a message that completes the key.</summary>
    public abstract T Read(ScalarNode node, out string? wrong);

    /// <summary>YAML that reads back as an equal value.</summary>
    public abstract string Write(T value);

    protected string Refusal(ScalarNode node, string hint = "") => $"must be {Expected}, but is {node.Shown}{hint}";
}
