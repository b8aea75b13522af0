using System.Globalization;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <summary>
/// How the actors of an attempt add their gradients, chosen once when all are open: by NCCL where every contributor of a role has a CUDA
/// device of its own, else by the shards alone as everywhere.
/// </summary>
/// <param name="blueprint">The run's.</param>
/// <param name="actors">All actors of the attempt.</param>
/// <param name="attempt">Its number.</param>
internal sealed class SumAgreement(Blueprint blueprint, IReadOnlyList<ITrainingActor> actors, long attempt)
{
    /// <summary>Whether there is something to choose.</summary>
    public static bool Concerns(Blueprint blueprint) =>
        blueprint.File.Device.Kind == DeviceKind.Cuda && blueprint.File.Replicas > 1 && blueprint.Roles.Any(role => role.Contributors > 1);

    /// <summary>Chooses, and connects the devices.</summary>
    /// <returns>What was chosen for which roles and why, in words.</returns>
    public async Task<IReadOnlyList<string>> Reach()
    {
        List<(string Role, string Way)> ways = [];
        List<RoleBlueprint> asked = [];
        foreach (RoleBlueprint role in blueprint.Roles.Where(role => role.Contributors > 1))
        {
            if (SumObstacle.InFile(blueprint.File.Exchange, role) is { } obstacle)
            {
                ways.Add((role.Name, Without(obstacle)));
            }
            else
            {
                asked.Add(role);
            }
        }

        List<(RoleBlueprint Role, (ITrainingActor Actor, SumSeat Seat)[] Seats)> able = [];
        foreach ((RoleBlueprint role, (ITrainingActor Actor, SumSeat Seat)[] seats) in await Seats(asked))
        {
            if (SumObstacle.InPlaces(role, [.. seats.Select(each => each.Seat)]) is { } obstacle)
            {
                ways.Add((role.Name, Without(obstacle)));
            }
            else
            {
                able.Add((role, seats));
            }
        }

        Dictionary<string, int> lanes = able.SelectMany(each => each.Seats).Select(each => each.Seat.DeviceId).Distinct(StringComparer.Ordinal)
            .Select((device, lane) => (device, lane)).ToDictionary(each => each.device, each => each.lane, StringComparer.Ordinal);
        bool turns = able.Sum(each => each.Seats.Length) > lanes.Count;
        foreach ((RoleBlueprint role, (ITrainingActor Actor, SumSeat Seat)[] seats) in able)
        {
            int[] roots = [.. Enumerable.Range(0, seats[0].Seat.Shards.Length).Select(shard => Array.FindIndex(seats, each => each.Seat.Shards[shard]))];
            SumGroup group = new(role.Name, [], seats.Length, roots, turns ? [.. seats.Select(each => lanes[each.Seat.DeviceId])] : null, blueprint.Roles[0].Name);
            ways.Add((role.Name, await Connect(group, [.. seats.Select(each => each.Actor)]) is { } problem ? Without(problem) : string.Create(
                CultureInfo.InvariantCulture,
                $"by NCCL {NcclLibrary.Text(seats[0].Seat.Version)} between {seats.Length} devices: sums run in NCCL's order, so that bits may differ from those of the other ways and between numbers of devices")));
        }

        return [.. ways.GroupBy(each => each.Way, each => each.Role, StringComparer.Ordinal).Select(each => $"gradients of {string.Join(", ", each)} {each.Key}")];
    }

    private static string Without(string why) => $"without NCCL: {why}";

    /// <summary>Where the contributors of some roles are, in their order. No silo looks for the library where no role asks.</summary>
    private async Task<(RoleBlueprint Role, (ITrainingActor Actor, SumSeat Seat)[] Seats)[]> Seats(IReadOnlyList<RoleBlueprint> roles)
    {
        SumSeat[][] told = roles.Count == 0 ? [] : await Together.All(actors.Select(actor => actor.SumSeats(attempt)));
        (ITrainingActor Actor, SumSeat Seat)[] all = [.. actors.Zip(told).SelectMany(each => each.Second.Select(seat => (each.First, seat)))];
        return [.. roles.Select(role => (role, all.Where(each => each.Seat.Role == role.Name).OrderBy(each => each.Seat.Contributor).ToArray()))];
    }

    /// <summary>Connects a role's devices.</summary>
    /// <returns>Why they cannot be; null where they are.</returns>
    private async Task<string?> Connect(SumGroup group, ITrainingActor[] contributors)
    {
        SumId made = await contributors[0].NewSum(attempt);
        if (made.Id is not { } id)
        {
            return made.Problem;
        }

        Task<string?>[] joining = [.. contributors.Select((actor, contributor) => actor.JoinSum(attempt, group with { Id = id }, contributor))];
        string? problem = null;
        try
        {
            await foreach (Task<string?> joined in Task.WhenEach(joining))
            {
                if (await joined is { } told && problem is null)
                {
                    // The others wait for one that does not come.
                    problem = told;
                    await Together.All(contributors.Select(actor => actor.LeaveSum(attempt, group.Role)));
                }
            }
        }
        catch
        {
            _ = Closing.All(joining); // the attempt is over, and calls them off
            throw;
        }

        return problem;
    }
}
