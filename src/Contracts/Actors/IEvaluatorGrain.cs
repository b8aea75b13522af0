using System.Text;

namespace Cluster.Contracts;

/// <summary>Draws from the model of a checkpoint and judges it, beside the training. Key: <c>run/evaluator/0</c>.</summary>
[Alias("cluster.IEvaluatorGrain")]
public interface IEvaluatorGrain : IGrainWithStringKey
{
    /// <summary>A picture as bytes of a PNG.</summary>
    /// <param name="experiment">The resolved experiment file.</param>
    /// <param name="checkpoint">Name of the checkpoint's folder.</param>
    /// <param name="picture">Which picture; null for the model's first.</param>
    /// <param name="rows">Rows of the grid.</param>
    /// <param name="columns">Columns of the grid.</param>
    /// <param name="seed">Names the streams that it draws from.</param>
    /// <param name="truncation">Largest absolute value of a latent's element; 0 for no bound.</param>
    /// <exception cref="InputException">The model draws no such picture, has no latents to truncate, or the checkpoint is damaged.</exception>
    [ResponseTimeout("00:05:00")]
    Task<byte[]> Draw(string experiment, string checkpoint, string? picture, int rows, int columns, ulong seed, double truncation = 0);

    /// <summary>Figures and pictures on held-out data, as they come.</summary>
    /// <param name="experiment">The resolved experiment file.</param>
    /// <param name="checkpoint">Name of the checkpoint's folder.</param>
    /// <param name="request">What a person wants otherwise than the file says; null for nothing.</param>
    /// <param name="cancellation">Ends it after the present item.</param>
    /// <exception cref="InputException">The held-out data, the classifier or the samples cannot be read, or the checkpoint is damaged.</exception>
    IAsyncEnumerable<EvaluationItem> Evaluate(string experiment, string checkpoint, EvaluationRequest? request = null, CancellationToken cancellation = default);
}

/// <summary>What an evaluation is to do otherwise than the experiment file says.</summary>
/// <param name="Classifier">The classifier that samples are judged by: a run's name, or a file that ends in .safetensors; null for the file's.</param>
/// <param name="Samples">A file of images, or a folder, to judge in place of the model's samples; null for none.</param>
[GenerateSerializer, Immutable, Alias("cluster.EvaluationRequest")]
public sealed record EvaluationRequest(string? Classifier, string? Samples);

/// <summary>One item of an evaluation: a figure, a picture, or how far long work has come.</summary>
/// <param name="Kind">Which of them.</param>
/// <param name="Name">The figure's or picture's name in camel case, or the progress in words.</param>
/// <param name="Value">The figure; NaN otherwise.</param>
/// <param name="Unit">Its unit, as <c>nats</c>; empty where it has none.</param>
/// <param name="StandardError">Its standard error in the same unit; NaN where none is known.</param>
/// <param name="File">The picture as a PNG, the table as CSV; null otherwise.</param>
/// <param name="HeldOut">The same figure of held-out data in place of samples, the yardstick; NaN where there is none.</param>
[GenerateSerializer, Immutable, Alias("cluster.EvaluationItem")]
public sealed record EvaluationItem(
    EvaluationKind Kind, string Name, double Value, string Unit, double StandardError, byte[]? File, double HeldOut = double.NaN)
{
    /// <summary>A figure.</summary>
    public static EvaluationItem Figure(string name, double value, string unit = "", double standardError = double.NaN, double heldOut = double.NaN) =>
        new(EvaluationKind.Figure, name, value, unit, standardError, null, heldOut);

    /// <summary>A picture.</summary>
    public static EvaluationItem Picture(string name, byte[] png) => new(EvaluationKind.Picture, name, double.NaN, "", double.NaN, png);

    /// <summary>A table, whose first row is its heading.</summary>
    public static EvaluationItem Table(string name, IEnumerable<IEnumerable<string>> rows) => new(
        EvaluationKind.Table, name, double.NaN, "", double.NaN, Encoding.UTF8.GetBytes(string.Concat(rows.Select(row => string.Join(',', row) + "\n"))));

    /// <summary>How far long work has come, for a terminal.</summary>
    public static EvaluationItem Progress(string text) => new(EvaluationKind.Progress, text, double.NaN, "", double.NaN, null);
}

/// <summary>What an item of an evaluation is.</summary>
[GenerateSerializer, Alias("cluster.EvaluationKind")]
public enum EvaluationKind
{
    /// <summary>A number.</summary>
    Figure,

    /// <summary>A picture.</summary>
    Picture,

    /// <summary>A word on long work.</summary>
    Progress,

    /// <summary>Rows and columns.</summary>
    Table,
}
