namespace Cluster.Contracts.Experiments.Schema;

/// <summary>
/// One section of the experiment file, walked by a record's <c>Describe</c>, which names every option once: key, form, range and meaning.
/// What comes of the walk depends on who walks: <see cref="Reader"/> takes values from YAML (and <c>value</c> is the default),
/// <see cref="Printer"/> writes <c>value</c>, <see cref="Catalogue"/> collects the reference. Each call returns the option's value.
/// </summary>
internal abstract class Section
{
    /// <param name="only">Set for an option that counts only beside a certain value of another one.</param>
    public abstract T Scalar<T>(string key, T value, Form<T> form, string meaning, Only? only = null);

    public abstract ValueList<T> List<T>(string key, ValueList<T> value, Form<T> item, int most, string meaning);

    /// <param name="word">The key that a plain word in place of the section stands for, if any.</param>
    public abstract T Map<T>(string key, T value, Func<Section, T, T> describe, string meaning, string? word = null);

    /// <summary>This section's further options depend on the word under <paramref name="tag"/>.</summary>
    public abstract T OneOf<T>(string tag, IReadOnlyList<Alternative<T>> alternatives, T value, string meaning, bool required = false)
        where T : class;

    /// <summary>A section that stands either once for all roles, or once under each role's name. The result is in the order of the roles.</summary>
    /// <param name="inner">The only option of it that may itself be a section: any other is meant for a role.</param>
    public abstract ValueList<T> EachRole<T>(
        string key, ValueList<string> roles, Func<string, T> value, Func<Section, T, T> describe, string meaning, string word, string inner);

    /// <summary>A condition between options of this section; a breach is reported at <paramref name="key"/>.</summary>
    public abstract void Require(string key, bool holds, string message);

    public int Int(string key, int value, string meaning, int min, int max = int.MaxValue) =>
        Scalar(key, value, new IntForm(min, max), meaning);

    public long Whole(string key, long value, string meaning, long min, long max = long.MaxValue) =>
        Scalar(key, value, new WholeForm(min, max), meaning);

    public double Number(string key, double value, string meaning, Interval range, Only? only = null) =>
        Scalar(key, value, new NumberForm(range), meaning, only);

    public bool Flag(string key, bool value, string meaning) => Scalar(key, value, FlagForm.Instance, meaning);

    public T Word<T>(string key, T value, string meaning) where T : struct, Enum => Scalar(key, value, WordForm<T>.Instance, meaning);
}

/// <summary>An option that counts only where <paramref name="Key"/> is <paramref name="Word"/>.</summary>
internal sealed record Only(string Key, string Word, bool Holds);
