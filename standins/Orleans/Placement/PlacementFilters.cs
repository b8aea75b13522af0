using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Metadata;
using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace Orleans.Metadata
{
    /// <summary>What is known of a grain type besides its class.</summary>
    [GenerateSerializer, Immutable]
    public sealed class GrainProperties(ImmutableDictionary<string, string> values)
    {
        /// <summary>The properties.</summary>
        [Id(0)]
        public ImmutableDictionary<string, string> Properties { get; } = values;
    }

    /// <summary>Names of properties.</summary>
    public static class WellKnownGrainTypeProperties
    {
        /// <summary>The filters of a grain's placement, with commas.</summary>
        public const string PlacementFilter = "placement-filter";
    }

    /// <summary>Adds properties to grain types.</summary>
    public interface IGrainPropertiesProvider
    {
        /// <summary>Adds those of one type.</summary>
        void Populate(Type grainClass, GrainType grainType, Dictionary<string, string> properties);
    }
}

namespace Orleans.Placement
{
    /// <summary>Narrows the silos that a grain may be placed on; a director carries it out.</summary>
    public abstract class PlacementFilterStrategy
    {
        /// <summary>Filters apply in this order, the least first.</summary>
        protected PlacementFilterStrategy(int order) => Order = order;

        /// <summary>The order.</summary>
        public int Order { get; private set; }

        /// <summary>Takes the order from a grain type's properties.</summary>
        public void Initialize(GrainProperties properties)
        {
            if (!int.TryParse(GetPlacementFilterGrainProperty("order", properties), CultureInfo.InvariantCulture, out var order)) throw new ArgumentException("Invalid order property value.");
            Order = order;
            AdditionalInitialize(properties);
        }

        /// <summary>Takes more of them.</summary>
        public virtual void AdditionalInitialize(GrainProperties properties)
        {
        }

        /// <summary>Puts this filter into a grain type's properties.</summary>
        public void PopulateGrainProperties(IServiceProvider services, Type grainClass, GrainType grainType, Dictionary<string, string> properties)
        {
            var name = GetType().Name;
            properties[WellKnownGrainTypeProperties.PlacementFilter] = properties.TryGetValue(WellKnownGrainTypeProperties.PlacementFilter, out var others) ? $"{others},{name}" : name;
            properties[$"{WellKnownGrainTypeProperties.PlacementFilter}.{name}.order"] = Order.ToString(CultureInfo.InvariantCulture);
            foreach (var (key, value) in GetAdditionalGrainProperties(services, grainClass, grainType, properties))
                properties[$"{WellKnownGrainTypeProperties.PlacementFilter}.{name}.{key}"] = value;
        }

        /// <summary>A property of this filter.</summary>
        protected string? GetPlacementFilterGrainProperty(string key, GrainProperties properties)
            => properties.Properties.TryGetValue($"{WellKnownGrainTypeProperties.PlacementFilter}.{GetType().Name}.{key}", out var value) ? value : null;

        /// <summary>More properties of this filter.</summary>
        protected virtual IEnumerable<KeyValuePair<string, string>> GetAdditionalGrainProperties(
            IServiceProvider services, Type grainClass, GrainType grainType, IReadOnlyDictionary<string, string> existingProperties) => [];
    }

    /// <summary>Carries a filter out.</summary>
    public interface IPlacementFilterDirector
    {
        /// <summary>The silos that stay.</summary>
        IEnumerable<SiloAddress> Filter(PlacementFilterStrategy filterStrategy, PlacementTarget target, IEnumerable<SiloAddress> silos);
    }

    /// <summary>Registers filters.</summary>
    public static class PlacementFilterExtensions
    {
        /// <summary>Names the director of a filter.</summary>
        public static IServiceCollection AddPlacementFilter<TFilter, TDirector>(this IServiceCollection services, ServiceLifetime strategyLifetime)
            where TFilter : PlacementFilterStrategy, new()
            where TDirector : class, IPlacementFilterDirector
        {
            services.Add(ServiceDescriptor.DescribeKeyed(typeof(PlacementFilterStrategy), typeof(TFilter).Name, typeof(TFilter), strategyLifetime));
            return services.AddKeyedSingleton<IPlacementFilterDirector, TDirector>(typeof(TFilter));
        }
    }

    /// <summary>The filters of a grain class on a silo, found once.</summary>
    internal static class PlacementFilters
    {
        private static readonly ConditionalWeakTable<IServiceProvider, ConcurrentDictionary<GrainType, (PlacementFilterStrategy, IPlacementFilterDirector)[]>> Known = [];

        public static SiloAddress[] Apply(IServiceProvider services, GrainClass grain, PlacementTarget target, SiloAddress[] silos)
        {
            foreach (var (filter, director) in Known.GetOrCreateValue(services).GetOrAdd(grain.Type, _ => Of(services, grain)))
                silos = [.. director.Filter(filter, target, silos)];
            return silos;
        }

        private static (PlacementFilterStrategy, IPlacementFilterDirector)[] Of(IServiceProvider services, GrainClass grain)
        {
            var populated = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var provider in services.GetServices<IGrainPropertiesProvider>()) provider.Populate(grain.Class, grain.Type, populated);
            if (!populated.TryGetValue(WellKnownGrainTypeProperties.PlacementFilter, out var names)) return [];
            var properties = new GrainProperties(populated.ToImmutableDictionary(StringComparer.Ordinal));
            var filters = Array.ConvertAll(names.Split(','), name =>
                services.GetKeyedService<PlacementFilterStrategy>(name) ?? throw new KeyNotFoundException($"Could not resolve placement filter strategy {name} for grain type {grain.Type}."));
            foreach (var filter in filters) filter.Initialize(properties);
            return [.. filters.OrderBy(filter => filter.Order).Select(filter => (filter, services.GetRequiredKeyedService<IPlacementFilterDirector>(filter.GetType())))];
        }
    }
}
