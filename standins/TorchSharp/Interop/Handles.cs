namespace TorchSharp.Interop;

/// <summary>Lists of tensors on their way across the C boundary.</summary>
internal static unsafe class Handles
{
    internal static nint[] Of(IReadOnlyList<torch.Tensor>? tensors)
    {
        if (tensors is null) return [];
        var handles = new nint[tensors.Count];
        for (var i = 0; i < handles.Length; i++) handles[i] = tensors[i].Handle;
        return handles;
    }

    internal static nint[] Of(ReadOnlySpan<torch.Tensor> tensors)
    {
        var handles = new nint[tensors.Length];
        for (var i = 0; i < handles.Length; i++) handles[i] = tensors[i].Handle;
        return handles;
    }

    /// <summary>Takes over an array that the native side allocated, and the tensors in it.</summary>
    internal static torch.Tensor[] Take(nint* handles, long count, torch.Tensor source)
    {
        GC.KeepAlive(source);
        if (handles == null) throw Native.Error();
        var tensors = new torch.Tensor[count];
        for (var i = 0; i < tensors.Length; i++) tensors[i] = new torch.Tensor(handles[i]);
        Native.ct_free((nint)handles);
        return tensors;
    }
}
