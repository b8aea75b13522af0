using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>The optimizer of each role of a model.</summary>
public sealed record RoleOptimizers
{
    /// <summary>Holds nothing: every role takes its model's default.</summary>
    internal static readonly RoleOptimizers Unset = new([], []);

    public RoleOptimizers(ValueList<string> roles, ValueList<OptimizerSection> optimizers)
    {
        if (roles.Count != optimizers.Count)
            throw new ArgumentException($"{roles.Count} roles need as many optimizers, but there are {optimizers.Count}.", nameof(optimizers));
        Roles = roles;
        Optimizers = optimizers;
    }

    public ValueList<string> Roles { get; }

    /// <summary>In the order of <see cref="Roles"/>.</summary>
    public ValueList<OptimizerSection> Optimizers { get; }

    /// <exception cref="KeyNotFoundException">The model has no such role.</exception>
    public OptimizerSection this[string role] =>
        Find(role) ?? throw new KeyNotFoundException($"No optimizer for the role '{role}'; the roles are {string.Join(", ", Roles)}.");

    /// <summary>The family's own choice for each of its roles.</summary>
    public static RoleOptimizers DefaultsOf(ModelSection model) =>
        new(model.Roles, [.. model.Roles.Select(_ => model.OptimizerDefaults[0])]);

    internal static RoleOptimizers Describe(Section s, RoleOptimizers d, ModelSection model) =>
        new(model.Roles, s.EachRole(
            "optimizer",
            model.Roles,
            role => d.Find(role) ?? model.OptimizerDefaults[0],
            (section, value) => OptimizerSection.Describe(section, value, model),
            $"one optimizer for all roles, or one under each role; defaults are those of `kind: {model.Kind}`",
            OptimizerSection.Tag,
            OptimizerSection.ScheduleKey));

    private OptimizerSection? Find(string role)
    {
        for (var i = 0; i < Roles.Count; i++)
            if (Roles[i] == role) return Optimizers[i];
        return null;
    }
}
