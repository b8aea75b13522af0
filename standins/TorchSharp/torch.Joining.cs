using System.Text;
using TorchSharp.Interop;

namespace TorchSharp;

public static unsafe partial class torch
{
    public static Tensor cat(IList<Tensor> tensors, long dim = 0) => cat((ReadOnlySpan<Tensor>)(tensors as Tensor[] ?? [.. tensors]), dim);
    public static Tensor cat(Tensor[] tensors, long dim = 0) => cat((ReadOnlySpan<Tensor>)tensors, dim);

    /// <summary>Joins along a dimension that all have.</summary>
    public static Tensor cat(ReadOnlySpan<Tensor> tensors, long dim = 0)
    {
        nint result;
        fixed (nint* t = Handles.Of(tensors)) result = Native.ct_cat(t, tensors.Length, dim);
        Keep(tensors);
        return Tensor.Made(result);
    }

    public static Tensor concat(IList<Tensor> tensors, long dim = 0) => cat(tensors, dim);
    public static Tensor concat(Tensor[] tensors, long dim = 0) => cat(tensors, dim);

    /// <summary>Joins along a new dimension.</summary>
    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0)
    {
        ReadOnlySpan<Tensor> all = tensors as Tensor[] ?? [.. tensors];
        nint result;
        fixed (nint* t = Handles.Of(all)) result = Native.ct_stack(t, all.Length, dim);
        Keep(all);
        return Tensor.Made(result);
    }

    public static Tensor vstack(Tensor[] tensors) => cat(Array.ConvertAll(tensors, t => t.dim() == 1 ? t.unsqueeze(0) : t));

    /// <summary>The sum that the equation names, as in "bij,bjk->bik".</summary>
    public static Tensor einsum(string equation, params Tensor[] tensors)
    {
        nint result;
        fixed (byte* e = Encoding.ASCII.GetBytes(equation + '\0'))
        fixed (nint* t = Handles.Of((ReadOnlySpan<Tensor>)tensors))
            result = Native.ct_einsum(e, t, tensors.Length);
        GC.KeepAlive(tensors);
        return Tensor.Made(result);
    }

    public static Tensor[] split(Tensor tensor, long[] split_size_or_sections, long dim = 0L) => tensor.split(split_size_or_sections, dim);
    public static Tensor where(Tensor condition, Tensor x, Tensor y) => x.where(condition, y);

    public static Tensor searchsorted(Tensor sorted_sequence, Tensor values, bool out_int32 = false, bool right = false, Tensor? sorter = null)
    {
        if (sorter is not null) throw new NotSupportedException("a sorter needs the real TorchSharp");
        return Tensor.Made(Native.ct_searchsorted(sorted_sequence.Handle, values.Handle, out_int32, right), sorted_sequence, values);
    }

    private static void Keep(ReadOnlySpan<Tensor> tensors)
    {
        foreach (var tensor in tensors) GC.KeepAlive(tensor);
    }
}
