using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Gradients.
    public partial class Tensor
    {
        public bool requires_grad
        {
            get => Kept(Native.ct_requires_grad(Handle));
            set => Changed(Native.ct_set_requires_grad(Handle, value));
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        /// <summary>
        /// The accumulated gradient, null before there is one. A tensor that is set here is added to in place by backward, so it
        /// may be a view of a larger buffer.
        /// </summary>
        public Tensor? grad
        {
            get
            {
                var found = Kept(Native.ct_grad(Handle));
                if (found != 0) return new Tensor(found);
                CheckForErrors();
                return null;
            }
            set => Changed(Native.ct_set_grad(Handle, HandleOf(value)), value);
        }

        /// <summary>Keeps the gradient of a tensor that is no leaf.</summary>
        public void retain_grad() => Changed(Native.ct_retain_grad(Handle));

        /// <summary>The same elements outside the graph, sharing memory.</summary>
        public Tensor detach() => Made(Native.ct_detach(Handle), this);
        public Tensor detach_() => Changed(Native.ct_detach_(Handle));

        public void backward() => autograd.backward([this], null, false, false, null);

        public void backward(IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null) =>
            autograd.backward([this], grad_tensors, retain_graph, create_graph, inputs);
    }
}
