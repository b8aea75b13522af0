namespace Cluster.Contracts.Experiments.Schema;

/// <summary>One <c>--set a.b=value</c>: replaces or adds a piece of the tree before it is read, so that both obey the same schema.</summary>
internal static class Override
{
    public static void Apply(string text, MapNode root, ErrorList errors)
    {
        var flag = $"--set {Words.Safe(text)}";
        var at = new Place(flag, 0, 0);
        var split = text.IndexOf('=', StringComparison.Ordinal);
        var path = split < 0 ? [] : text[..split].Trim().Split('.');
        if (path.Length == 0 || path.Any(string.IsNullOrWhiteSpace))
        {
            errors.Add(at, "", "must be key=value, with dots between nested keys, as in --set optimizer.learningRate=0.001");
            return;
        }

        Node value;
        try
        {
            value = YamlTree.ReadFlag(text[(split + 1)..], flag, errors);
        }
        catch (ExperimentFileException e)
        {
            foreach (var error in e.Errors) errors.Add(at, Words.Safe(string.Join('.', path)), error.Message);
            return;
        }

        var section = root;
        for (var i = 0; i < path.Length - 1; i++)
        {
            var entry = section.Find(path[i]);
            if (entry?.Value is ListNode)
            {
                var key = string.Join('.', path[..(i + 1)]);
                errors.Add(at, Words.Safe(key), $"is a list, which is set as a whole, as in --set {key}=[1, 2]");
                return;
            }
            if (entry?.Value is not MapNode inner)
            {
                var word = entry?.Value as ScalarNode;
                inner = new MapNode(at) { Word = word is { IsNull: false } ? word : null };
                section.Set(new(path[i], at, inner));
            }
            section = inner;
        }
        section.Set(new(path[^1], at, value));
    }
}
