namespace TorchSharp.Modules
{
    /// <summary>A leaf of the graph that is trained. The tensor it is made of becomes invalid; memory and version counter are shared.</summary>
    public class Parameter : torch.Tensor
    {
        /// <param name="data">A leaf; its handle is taken over.</param>
        /// <param name="requires_grad">Whether gradients are recorded.</param>
        public Parameter(torch.Tensor data, bool requires_grad = true) : base(data.with_requires_grad(requires_grad).MoveHandle(), false) =>
            DisposeScope.Replace(data, this);
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        /// <summary>Layers.</summary>
        public static partial class nn
        {
            public static Modules.Parameter Parameter(Tensor data, bool requires_grad = true) => new(data, requires_grad);
        }
    }
}
