namespace Orleans.Serialization;

/// <summary>Copies values of one type.</summary>
internal abstract class Copier
{
    /// <summary>Values of the type never change, so that a copy is the value itself.</summary>
    public virtual bool Shares => false;

    /// <summary>Copies one value; what can be part of a cycle calls <see cref="CopyContext.Remember"/> before its parts.</summary>
    public abstract object Copy(object original, CopyContext context);
}

/// <summary>For what never changes.</summary>
internal sealed class SharingCopier : Copier
{
    public static readonly SharingCopier Instance = new();

    public override bool Shares => true;

    public override object Copy(object original, CopyContext context) => original;
}

/// <summary>For types made of a function.</summary>
internal sealed class FunctionCopier(Func<object, CopyContext, object> copy) : Copier
{
    public override object Copy(object original, CopyContext context) => copy(original, context);
}
