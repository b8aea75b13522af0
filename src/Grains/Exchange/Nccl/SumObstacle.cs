using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <summary>What keeps NCCL from adding a role's gradients.</summary>
internal static class SumObstacle
{
    /// <summary>What the experiment file asks for that NCCL cannot give.</summary>
    /// <returns>In words; null where nothing is in the way.</returns>
    public static string? InFile(ExchangeSection exchange, RoleBlueprint role)
    {
        if (exchange.Nccl == NcclChoice.Off)
        {
            return "the file says exchange.nccl: off";
        }

        if (role.Local is not null)
        {
            return "exchange.localSteps sends gradients that NCCL does not";
        }

        if (role.Compression is not NoCompression)
        {
            return "exchange.compression sends gradients that NCCL does not";
        }

        return exchange.Precision != WirePrecision.Float32 ? "exchange.precision rounds gradients, which NCCL does not" : null;
    }

    /// <summary>What of the places where the contributors are is in the way.</summary>
    /// <param name="role">The role.</param>
    /// <param name="seats">Its contributors' in their order.</param>
    /// <returns>In words; null where nothing is.</returns>
    public static string? InPlaces(RoleBlueprint role, IReadOnlyList<SumSeat> seats)
    {
        if (seats.Count != role.Contributors)
        {
            return $"{seats.Count} of its {role.Contributors} contributors said where they are";
        }

        if (seats.GroupBy(seat => seat.DeviceId, StringComparer.Ordinal).FirstOrDefault(each => each.Count() > 1) is { } shared)
        {
            return $"contributors {string.Join(" and ", shared.Select(seat => seat.Contributor))} share {shared.First().Device} of {shared.First().Silo}";
        }

        if (seats.FirstOrDefault(seat => seat.Obstacle is not null) is { } unable)
        {
            return $"{unable.Obstacle} (on {unable.Silo})";
        }

        if (seats.FirstOrDefault(seat => seat.Version != seats[0].Version) is { } other)
        {
            return $"{seats[0].Silo} has NCCL {NcclLibrary.Text(seats[0].Version)} and {other.Silo} {NcclLibrary.Text(other.Version)}; all need the same";
        }

        int apart = Enumerable.Range(0, seats[0].Shards.Length).FirstOrDefault(shard => !seats.Any(seat => seat.Shards[shard]), -1);
        return apart >= 0 ? $"shard {apart} is on no contributor's device" : null;
    }
}
