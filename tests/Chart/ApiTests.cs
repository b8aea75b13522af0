namespace Cluster.Chart.Tests;

/// <summary>The manifests against the classes of Kubernetes' own API, in Python.</summary>
public sealed class ApiTests
{
    [ApiFact]
    public void KubernetesKnowsEveryField()
    {
        string folder = Directory.CreateTempSubdirectory("cluster-chart-").FullName;
        try
        {
            string[] files = [.. Case.All.Select(each => Path.Combine(folder, each.Name.Replace('/', '-')))];
            foreach ((Case each, string file) in Case.All.Zip(files))
            {
                File.WriteAllText(file, Case.Manifests(each.Name));
            }

            Outcome outcome = Tool.Run(ApiFactAttribute.Python!, [Repository.At("tests", "Chart", "fields.py"), .. files]);
            Assert.Equal("", outcome.Errors);
            Assert.Equal("", outcome.Output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [ApiFact]
    public void AnUnknownFieldAMissingOneAndAWrongTypeAreSeen()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, Case.Manifests("values.yaml")
                .Replace("serviceName:", "serviceNam:", StringComparison.Ordinal)
                .Replace("enableServiceLinks: false", "enableServiceLinks: \"no\"", StringComparison.Ordinal));
            string said = Tool.Run(ApiFactAttribute.Python!, [Repository.At("tests", "Chart", "fields.py"), file]).Output;
            Assert.Contains("V1StatefulSetSpec has no field serviceNam", said, StringComparison.Ordinal);
            Assert.Contains("`service_name`, must not be `None`", said, StringComparison.Ordinal);
            Assert.Contains("enableServiceLinks: 'no' is no bool", said, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }
}

/// <summary>A fact that needs python3-kubernetes.</summary>
public sealed class ApiFactAttribute : FactAttribute
{
    public ApiFactAttribute() => Skip = Renderer.IsMissing ?? (Python is null ? "no python3 has kubernetes; on Debian: apt-get install python3-kubernetes" : null);

    /// <summary>Debian's own comes first: another python3 may stand before it in the path.</summary>
    internal static string? Python { get; } = new[] { "/usr/bin/python3", Tool.Find("python3") }.FirstOrDefault(each =>
        each is not null && File.Exists(each) && Tool.Run(each, ["-c", "from importlib.util import find_spec as f; exit(not (f('kubernetes') and f('yaml')))"]).ExitCode == 0);
}
