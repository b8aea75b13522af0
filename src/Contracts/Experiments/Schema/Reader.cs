namespace Cluster.Contracts.Experiments.Schema;

/// <summary>Reads one section of the tree along the schema. A mistake is noted and the default taken, so that the walk goes on to the next one.</summary>
internal sealed class Reader : Section
{
    private readonly MapNode map;
    private readonly string path;
    private readonly State state;
    private readonly List<string> known = [];
    private Func<string, string?> elsewhere = _ => null;
    private bool kindUnknown;

    private Reader(MapNode map, string path, State state) => (this.map, this.path, this.state) = (map, path, state);

    public static T ReadRoot<T>(MapNode map, ErrorList errors, T start, Func<Section, T, T> describe)
    {
        var paths = new Lazy<ILookup<string, string>>(() =>
            Catalogue.Of(start, describe).SelectMany(s => s.Rows).ToLookup(row => row.Key, row => row.Path, StringComparer.Ordinal));
        return new Reader(map, "", new(errors, paths)).Run(start, describe);
    }

    public override T Scalar<T>(string key, T value, Form<T> form, string meaning, Only? only = null)
    {
        if (Find(key) is not { } entry) return value;
        if (only is { Holds: false })
        {
            state.Errors.Add(entry.At, path + key, $"counts only with {only.Key}: {only.Word}; remove it or choose that");
            return value;
        }
        if (entry.Value is not ScalarNode scalar)
        {
            state.Errors.Add(entry.Value.At, path + key, $"must be {form.Expected}, but is {entry.Value.Shown}");
            return value;
        }
        if (scalar.IsNull)
        {
            Empty(entry, key, $"must be {form.Expected}, or leave the key out for the default {form.Write(value)}");
            return value;
        }
        var read = form.Read(scalar, out var wrong);
        if (wrong is null) return read;
        state.Errors.Add(scalar.At, path + key, wrong);
        return value;
    }

    public override ValueList<T> List<T>(string key, ValueList<T> value, Form<T> item, int most, string meaning)
    {
        if (Find(key) is not { } entry) return value;
        if (entry.Value is not ListNode list)
        {
            var expected = $"must be a list such as [{string.Join(", ", value.Select(item.Write))}]";
            if (entry.Value is ScalarNode { IsNull: true }) Empty(entry, key, $"{expected}, or leave the key out for that default");
            else state.Errors.Add(entry.Value.At, path + key, $"{expected}, but is {entry.Value.Shown}");
            return value;
        }
        if (list.Items.Count > most)
        {
            state.Errors.Add(list.At, path + key, $"must have at most {most} items, but has {list.Items.Count}");
            return value;
        }
        var items = new T[list.Items.Count];
        for (var i = 0; i < items.Length; i++)
        {
            string? wrong = null;
            if (list.Items[i] is ScalarNode scalar) items[i] = item.Read(scalar, out wrong);
            else wrong = $"must be {item.Expected}, but is {list.Items[i].Shown}";
            if (wrong is not null) state.Errors.Add(list.Items[i].At, $"{path}{key}[{i}]", wrong);
        }
        return ValueList.Create<T>(items);
    }

    public override T Map<T>(string key, T value, Func<Section, T, T> describe, string meaning, string? word = null) =>
        Open(key, word) is { } inner ? new Reader(inner, $"{path}{key}.", state).Run(value, describe) : value;

    public override T OneOf<T>(string tag, IReadOnlyList<Alternative<T>> alternatives, T value, string meaning, bool required = false)
    {
        var words = alternatives.Select(a => a.Word).ToArray();
        var chosen = alternatives.First(a => a.Fits(value));
        if (Find(tag) is { } entry)
        {
            var read = entry.Value is ScalarNode scalar ? alternatives.FirstOrDefault(a => a.Word == scalar.Text) : null;
            if (read is null)
            {
                var guess = entry.Value is ScalarNode wrong ? Words.DidYouMean(wrong.Text, words) : "";
                state.Errors.Add(entry.Value.At, path + tag, $"must be {Words.OneOf(words)}, but is {entry.Value.Shown}{guess}");
                return Give();
            }
            chosen = read;
        }
        else if (required)
        {
            state.Errors.Add(map.At, path + tag, $"is missing; it must be {Words.OneOf(words)}");
            return Give();
        }
        elsewhere = key => Owners(alternatives, chosen, key);
        return chosen.Describe(this, chosen.Fits(value) ? value : chosen.Default);

        // Without a kind it is not known which keys are right: none is judged, here and under the roles.
        T Give()
        {
            kindUnknown = true;
            state.RolesUnknown |= required;
            return value;
        }
    }

    public override ValueList<T> EachRole<T>(
        string key, ValueList<string> roles, Func<string, T> value, Func<Section, T, T> describe, string meaning, string word, string inner)
    {
        var section = Open(key, word);
        if (section is null || state.RolesUnknown) return [.. roles.Select(value)];
        if (roles.Count == 0)
        {
            if (section.Entries.Any()) state.Errors.Add(section.At, path + key, "has no use: this model has no parameters that an optimizer steps; leave it out");
            return [];
        }

        // What looks like a section is meant for a role, even a misspelt one.
        var perRole = section.Entries.Any(e => roles.Contains(e.Key) || (e.Value is MapNode && e.Key != inner));
        if (!perRole) return [.. roles.Select(role => new Reader(section, $"{path}{key}.", state).Run(value(role), describe))];

        foreach (var stray in section.Entries.Where(e => !roles.Contains(e.Key)))
        {
            var message = stray.Value is MapNode && stray.Key != inner
                ? $"is not a role of this model{Words.DidYouMean(stray.Key, roles)} (the roles are {string.Join(", ", roles)})"
                : $"cannot stand beside options of single roles; write it under each role, as {string.Join(" and ", roles.Select(r => $"{path}{key}.{r}.{Words.Safe(stray.Key)}"))}";
            state.Errors.Add(stray.At, $"{path}{key}.{Words.Safe(stray.Key)}", message);
        }
        var each = new Reader(section, $"{path}{key}.", state) { kindUnknown = true };
        return [.. roles.Select(role => each.Map(role, value(role), describe, "", word))];
    }

    public override void Require(string key, bool holds, string message)
    {
        if (!holds) state.Errors.Add(map.Find(key)?.At ?? map.At, path + key, message);
    }

    private T Run<T>(T value, Func<Section, T, T> describe)
    {
        var read = describe(this, value);
        if (kindUnknown) return read;
        foreach (var entry in map.Entries)
            if (!known.Contains(entry.Key)) state.Errors.Add(entry.At, path + Words.Safe(entry.Key), Unknown(entry.Key));
        return read;
    }

    private Entry? Find(string key)
    {
        known.Add(key);
        return map.Find(key);
    }

    /// <summary>The section under a key; an empty one where the file has none; null after a mistake.</summary>
    private MapNode? Open(string key, string? word)
    {
        if (Find(key) is not { } entry) return new MapNode(map.At);
        switch (entry.Value)
        {
            case MapNode { Word: null } inner:
                return inner;
            case MapNode { Word: { } before } inner when word is not null:
                inner.TryAdd(new(word, before.At, before));
                return inner;
            case ScalarNode { IsNull: true }:
                Empty(entry, key, "must be a section of keys with values");
                return null;
            case ScalarNode scalar when word is not null:
                var single = new MapNode(scalar.At);
                single.TryAdd(new(word, scalar.At, scalar));
                return single;
            default:
                Node wrong = entry.Value is MapNode { Word: { } kept } ? kept : entry.Value;
                state.Errors.Add(wrong.At, path + key, $"must be a section of keys with values, but is {wrong.Shown}");
                return null;
        }
    }

    private void Empty(Entry entry, string key, string expected) =>
        state.Errors.Add(entry.At, path + key, $"has no value; it {expected}");

    private string Unknown(string key)
    {
        if (elsewhere(key) is { } owners) return owners;
        var near = Words.Nearest(key, known);
        if (near is not null) return $"is not a known key; did you mean {near}?";
        var places = state.Paths.Value[key].Distinct().ToArray();
        if (places.Length > 0) return $"is not a key of this section; did you mean {string.Join(" or ", places)}?";
        return $"is not a known key; known here are {string.Join(", ", known)}";
    }

    private static string? Owners<T>(IReadOnlyList<Alternative<T>> alternatives, Alternative<T> chosen, string key) where T : class
    {
        var owners = alternatives.Where(a => a != chosen && Catalogue.Of(a.Default, a.Describe)[0].Rows.Any(row => row.Key == key)).Select(a => a.Word).ToArray();
        return owners.Length == 0 ? null : $"is not an option of {chosen.Word}, but of {string.Join(" and ", owners)}";
    }

    /// <summary>What all readers of one file share.</summary>
    private sealed class State(ErrorList errors, Lazy<ILookup<string, string>> paths)
    {
        public ErrorList Errors { get; } = errors;

        /// <summary>Key to the full paths at which the schema has it.</summary>
        public Lazy<ILookup<string, string>> Paths { get; } = paths;

        public bool RolesUnknown { get; set; }
    }
}
