namespace Cluster.Contracts.Experiments.Schema;

/// <summary>One of the records that a tag chooses between.</summary>
/// <param name="Word">What the tag says for it.</param>
/// <param name="Fits">Whether a value is of this kind.</param>
internal sealed record Alternative<T>(string Word, string Meaning, T Default, Func<T, bool> Fits, Func<Section, T, T> Describe)
    where T : class
{
    public static Alternative<T> Of<TKind>(string word, string meaning, TKind start, Func<Section, TKind, TKind> describe) where TKind : class, T =>
        new(word, meaning, start, value => value is TKind, (section, value) => describe(section, (TKind)value));
}
