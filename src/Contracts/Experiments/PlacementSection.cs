using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>Where a cluster puts the actors of a run. It changes no value that the run computes, and outside a cluster it says nothing.</summary>
public sealed record PlacementSection
{
    private const int MostRoles = 16;

    private static readonly Form<string> PoolForm = new TextForm(
        "a pool's name of small letters, digits and hyphens that begins with a letter or digit, at most 64 characters, or nothing for any silo",
        text => text.Length == 0 || ExperimentName.IsValid(text));

    /// <summary>Silos of this pool alone; empty for any.</summary>
    public string Pool { get; init; } = "";

    /// <summary>MiB that each replica needs.</summary>
    public int Memory { get; init; }

    /// <summary>Roles that have devices of their own.</summary>
    public ValueList<RolePool> Roles { get; init; } = [];

    /// <summary>The pool of an actor's role; that of a role's shards is the role's.</summary>
    /// <param name="role">As actors' keys have it: <c>generator</c>, <c>generator-shard</c>.</param>
    /// <returns>Null where the role goes with the rest of the run.</returns>
    public static string? Match(IEnumerable<string> placed, string role) => placed
        .Where(each => role == each || role.StartsWith(each + "-", StringComparison.Ordinal))
        .MaxBy(each => each.Length);

    internal static PlacementSection Describe(Section s, PlacementSection d, ModelSection model)
    {
        PlacementSection read = new()
        {
            Pool = s.Scalar("pool", d.Pool, PoolForm, "silos of this pool alone carry the run's actors; a silo's pool is its setting `pool`"),
            Memory = s.Int("memory", d.Memory, "MiB that each replica needs: of its CUDA device's memory, or with `device: cpu` of its silo's; 0: no matter", 0, 1 << 30),
            Roles = s.List("roles", d.Roles, RolePool.Form, MostRoles, "roles that get devices of their own, each in the pool after the equals sign; the others share those of `pool`"),
        };

        // One that cannot be read is told already, and missing here.
        RolePool[] roles = [.. read.Roles.Where(each => each is not null)];
        string[] unknown = [.. roles.Select(each => each.Role).Except(model.Actors)];
        s.Require("roles", unknown.Length == 0, $"names {string.Join(", ", unknown)}; the roles of `kind: {model.Kind}` that can be placed are {string.Join(", ", model.Actors)}");
        s.Require("roles", roles.Select(each => each.Role).Distinct(StringComparer.Ordinal).Count() == roles.Length, "names a role twice; one pool for each role");
        return read;
    }
}

/// <summary>A role and its pool, written <c>role=pool</c>.</summary>
/// <param name="Role">The role.</param>
/// <param name="Pool">The pool; empty for any silo.</param>
public sealed record RolePool(string Role, string Pool)
{
    internal static readonly Form<RolePool> Form = new PatternForm<RolePool>(
        "placed role", "a role, an equals sign and a pool's name, or nothing after it for any silo", TryParse, each => $"\"{each.Role}={each.Pool}\"");

    private static RolePool? TryParse(string text) => text.Split('=') is [var role, var pool] && ExperimentName.IsValid(role) && (pool.Length == 0 || ExperimentName.IsValid(pool))
        ? new RolePool(role, pool)
        : null;
}
