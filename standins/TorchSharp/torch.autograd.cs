using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Differentiation of scalar functions of tensors.</summary>
    public static unsafe partial class autograd
    {
        /// <summary>
        /// Gradients of the outputs with respect to the inputs, summed over the outputs. With create_graph they can be
        /// differentiated again (set retain_graph with it). An unused input is an error, or, with allow_unused, an invalid tensor.
        /// </summary>
        public static IList<Tensor> grad(IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null, bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
        {
            nint[] outs = HandlesOf(outputs), ins = HandlesOf(inputs), grads = HandlesOf(grad_outputs), results = new nint[ins.Length];
            int failed;
            fixed (nint* o = outs, i = ins, g = grads, r = results)
                failed = Native.ct_grad_of(o, outs.Length, i, ins.Length, g, grads.Length, retain_graph, create_graph, allow_unused, r);
            GC.KeepAlive(outputs);
            GC.KeepAlive(inputs);
            GC.KeepAlive(grad_outputs);
            Native.Check(failed);
            return Array.ConvertAll(results, result => new Tensor(result)).ToList();
        }

        /// <summary>Adds the gradients of the tensors to the leaves they depend on, or to the inputs alone where they are named.</summary>
        public static void backward(IList<Tensor> tensors, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null)
        {
            nint[] roots = HandlesOf(tensors), grads = HandlesOf(grad_tensors), ins = HandlesOf(inputs);
            int failed;
            fixed (nint* t = roots, g = grads, i = ins)
                failed = Native.ct_backward(t, roots.Length, g, grads.Length, retain_graph ?? create_graph, create_graph, i, ins.Length);
            GC.KeepAlive(tensors);
            GC.KeepAlive(grad_tensors);
            GC.KeepAlive(inputs);
            Native.Check(failed);
        }

        public static void backward(Tensor tensor, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        public static void backward(Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], [grad_tensor], retain_graph, create_graph, inputs);

        private static nint[] HandlesOf(IList<Tensor>? tensors)
        {
            if (tensors is null) return [];
            var handles = new nint[tensors.Count];
            for (var i = 0; i < handles.Length; i++) handles[i] = tensors[i].Handle;
            return handles;
        }
    }
}
