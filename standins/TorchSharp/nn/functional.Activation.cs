using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>Layers and losses as functions of their inputs and parameters.</summary>
        public static partial class functional
        {
            public static Tensor relu(Tensor x, bool inplace = false) => inplace ? x.relu_().alias() : x.relu();
            public static Tensor leaky_relu(Tensor input, double negative_slope = 0.01, bool inplace = false) => inplace ? input.leaky_relu_(negative_slope).alias() : input.leaky_relu(negative_slope);
            public static Tensor elu(Tensor x, double alpha, bool inplace = false) => inplace ? x.elu_(alpha).alias() : x.elu(alpha);
            public static Tensor relu6(Tensor x, bool inplace = false) => inplace ? x.clamp_(0, 6).alias() : x.relu6();
            public static Tensor gelu(Tensor x) => x.gelu();
            public static Tensor silu(Tensor x, bool inplace = false) => InPlace(x, Tensor.Made(Native.ct_silu(x.Handle), x), inplace);
            public static Tensor mish(Tensor x, bool inplace = false) => InPlace(x, Tensor.Made(Native.ct_mish(x.Handle), x), inplace);
            public static Tensor selu(Tensor x, bool inplace = false) => InPlace(x, x.selu(), inplace);
            public static Tensor sigmoid(Tensor x) => x.sigmoid();
            public static Tensor sigmoid(Tensor x, bool inplace) => inplace ? x.sigmoid_().alias() : x.sigmoid();
            public static Tensor logsigmoid(Tensor x) => x.log_sigmoid();
            public static Tensor tanh(Tensor x, bool inplace = false) => inplace ? x.tanh_().alias() : x.tanh();
            public static Tensor hardtanh(Tensor x, double min_val = -1.0, double max_val = 1.0, bool inplace = false) => InPlace(x, x.hardtanh(min_val, max_val), inplace);
            public static Tensor threshold(Tensor x, double threshold, double value, bool inplace = false) => InPlace(x, Tensor.Made(Native.ct_threshold(x.Handle, Num.Of(threshold), Num.Of(value)), x), inplace);
            public static Tensor softplus(Tensor x, double beta = 1, double threshold = 20) => x.softplus(beta, threshold);
            public static Tensor prelu(Tensor input, Tensor weight) => input.prelu(weight);
            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => input.softmax(dim, dtype);
            public static Tensor log_softmax(Tensor x, long dim) => x.log_softmax(dim);

            /// <summary>Zeroes each element with probability p and scales the rest. It draws from the process-wide generator.</summary>
            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                inplace ? input.Changed(Native.ct_dropout_(input.Handle, p, training)).alias() : Tensor.Made(Native.ct_dropout(input.Handle, p, training), input);

            private static Tensor InPlace(Tensor x, Tensor made, bool inplace)
            {
                if (!inplace) return made;
                using (made) return x.copy_(made).alias();
            }
        }
    }
}
