using System.Text.RegularExpressions;

namespace Cluster.Chart.Tests;

/// <summary>What must hold for the objects of any installation.</summary>
public sealed partial class ObjectTests
{
    public static IEnumerable<object[]> Cases => Case.Names;

    [ChartTheory, MemberData(nameof(Cases))]
    public void EveryObjectHasANameOfItsOwnItsNamespaceAndItsLabels(string name)
    {
        IReadOnlyList<Node> objects = Case.Objects(name);
        Assert.NotEmpty(objects);
        Assert.Empty(objects.GroupBy(each => (each["kind"].Text, each["metadata", "name"].Text)).Where(group => group.Count() > 1).Select(group => group.Key));
        Assert.All(objects, each =>
        {
            Assert.Matches(DnsLabel(), each["metadata", "name"].Text);
            Assert.Equal("train", each["metadata", "namespace"].Text);
            Assert.Equal("demo", each["metadata", "labels", "app.kubernetes.io/instance"].Text);
            Assert.Equal("cluster", each["metadata", "labels", "app.kubernetes.io/name"].Text);
        });
    }

    [ChartTheory, MemberData(nameof(Cases))]
    public void LabelsAnnotationsAndVariablesAreText(string name)
    {
        foreach (Node each in Case.Objects(name))
        {
            foreach (Node map in new[] { each["metadata", "labels"], each["metadata", "annotations"], each["spec", "template", "metadata", "labels"], each["data"] })
            {
                Assert.All(map.Fields, field => Assert.True(field.Value.IsString, $"{each["metadata", "name"]}: {field.Key}: {field.Value} is no string"));
            }
        }

        foreach ((string owner, _, Node spec) in Case.Pods(name))
        {
            Assert.All(
                spec["containers"].Items.SelectMany(each => each["env"].Items).Where(each => each["value"].Exists),
                each => Assert.True(each["value"].IsString, $"{owner}: {each["name"]}"));
            Assert.All(spec["containers"].Items.SelectMany(each => each["args"].Items), each => Assert.True(each.IsString, $"{owner}: {each}"));
        }
    }

    [ChartTheory, MemberData(nameof(Cases))]
    public void SelectorsFindThePodsThatTheyAreMeantFor(string name)
    {
        var pods = Case.Pods(name).ToArray();
        foreach (Node each in Case.Objects(name))
        {
            switch (each["kind"].Text)
            {
                case "StatefulSet" or "Deployment":
                    Assert.True(Matches(each["spec", "selector", "matchLabels"], each["spec", "template", "metadata", "labels"]));
                    // No pod of another owner.
                    Assert.Single(pods, pod => Matches(each["spec", "selector", "matchLabels"], pod.Labels));
                    break;
                case "Service":
                    Assert.Contains(pods, pod => Matches(each["spec", "selector"], pod.Labels));
                    Assert.All(pods.Where(pod => Matches(each["spec", "selector"], pod.Labels)), pod =>
                        Assert.All(each["spec", "ports"].Items, port => Assert.Contains(port["targetPort"].Text, PortNames(pod.Spec))));
                    break;
                case "PodDisruptionBudget":
                    Assert.Single(pods, pod => Matches(each["spec", "selector", "matchLabels"], pod.Labels));
                    break;
                case "NetworkPolicy":
                    var covered = pods.Where(pod => Matches(each["spec", "podSelector", "matchLabels"], pod.Labels)).ToArray();
                    Assert.NotEmpty(covered);
                    Assert.All(
                        each["spec", "ingress"].Items.SelectMany(rule => rule["ports"].Items),
                        port => Assert.All(covered, pod => Assert.Contains(port["port"].Text, PortNames(pod.Spec))));
                    break;
                case "ServiceMonitor":
                    Node service = Assert.Single(Case.OfKind(name, "Service"), one => Matches(each["spec", "selector", "matchLabels"], one["metadata", "labels"]));
                    Assert.All(each["spec", "endpoints"].Items, one => Assert.True(service["spec", "ports"].Named(one["port"].Text!).Exists));
                    break;
                case "Ingress":
                    Node backend = each["spec", "rules"].Items.Single()["http", "paths"].Items.Single()["backend", "service"];
                    Node behind = Assert.Single(Case.OfKind(name, "Service"), one => one["metadata", "name"].Text == backend["name"].Text);
                    Assert.True(behind["spec", "ports"].Named(backend["port", "name"].Text!).Exists);
                    break;
            }
        }
    }

    /// <summary>What a pod mounts or names is there, or is named in the values as somebody else's.</summary>
    [ChartTheory, MemberData(nameof(Cases))]
    public void EveryReferenceIsToSomethingThatExists(string name)
    {
        string[] elsewhere = ["data-sets", "database", "token", "certificates", "runs", "cluster-postgres", "somebody"];
        HashSet<(string?, string?)> there = [.. Case.Objects(name).Select(each => (each["kind"].Text, each["metadata", "name"].Text))];
        there.UnionWith(Case.OfKind(name, "Certificate").Select(each => ((string?)"Secret", each["spec", "secretName"].Text)));
        foreach ((string owner, _, Node spec) in Case.Pods(name))
        {
            string[] volumes = [.. spec["volumes"].Items.Select(each => each["name"].Text!)];
            IEnumerable<string> claimed = Case.Objects(name).Where(each => $"{each["kind"]} {each["metadata", "name"]}" == owner)
                .SelectMany(each => each["spec", "volumeClaimTemplates"].Items).Select(each => each["metadata", "name"].Text!);
            Assert.All(spec["containers"].Items.SelectMany(each => each["volumeMounts"].Items), each => Assert.Contains(each["name"].Text, volumes.Concat(claimed)));
            Assert.All(volumes, volume => Assert.Contains(
                spec["containers"].Items.SelectMany(each => each["volumeMounts"].Items), each => each["name"].Text == volume));
            Expect("ServiceAccount", spec["serviceAccountName"]);
            foreach (Node volume in spec["volumes"].Items)
            {
                Expect("ConfigMap", volume["configMap", "name"]);
                Expect("Secret", volume["secret", "secretName"]);
                Expect("PersistentVolumeClaim", volume["persistentVolumeClaim", "claimName"]);
            }
        }

        Assert.All(Case.OfKind(name, "StatefulSet"), each => Expect("Service", each["spec", "serviceName"]));
        Assert.All(Case.OfKind(name, "RoleBinding"), each => Expect("Role", each["roleRef", "name"]));
        Assert.All(
            Case.OfKind(name, "Role").SelectMany(each => each["rules"].Items).SelectMany(each => each["resourceNames"].Items),
            each => Expect("Secret", each));

        void Expect(string kind, Node reference)
        {
            if (reference.Exists && !elsewhere.Contains(reference.Text))
            {
                Assert.True(there.Contains((kind, reference.Text)), $"there is no {kind} {reference}");
            }
        }
    }

    [ChartTheory, MemberData(nameof(Cases))]
    public void EveryPodIsConfined(string name) => Assert.All(Case.Pods(name), pod =>
    {
        Assert.Equal("true", pod.Spec["securityContext", "runAsNonRoot"].Text);
        Assert.Equal("RuntimeDefault", pod.Spec["securityContext", "seccompProfile", "type"].Text);
        Assert.Equal("false", pod.Spec["automountServiceAccountToken"].Text);
        Assert.All(pod.Spec["containers"].Items, container =>
        {
            Assert.Equal("true", container["securityContext", "readOnlyRootFilesystem"].Text);
            Assert.Equal("false", container["securityContext", "allowPrivilegeEscalation"].Text);
            Assert.Equal("ALL", container["securityContext", "capabilities", "drop"].Items.Single().Text);
        });
    });

    private static bool Matches(Node selector, Node labels) =>
        selector.Fields.Count > 0 && selector.Fields.All(each => labels[each.Key].Text == each.Value.Text);

    private static IEnumerable<string?> PortNames(Node pod) => pod["containers"].Items.SelectMany(each => each["ports"].Items).Select(each => each["name"].Text);

    [GeneratedRegex("^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$")]
    private static partial Regex DnsLabel();
}
