using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>−y log x − (1 − y) log(1 − x), for x and y in [0, 1].</summary>
            public static Tensor binary_cross_entropy(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
                Tensor.Made(Native.ct_binary_cross_entropy(input.Handle, target.Handle, Tensor.HandleOf(weight), (long)reduction), input, target, weight);

            /// <summary>As <see cref="binary_cross_entropy"/> of the sigmoid, without its overflow.</summary>
            public static Tensor binary_cross_entropy_with_logits(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean, Tensor? pos_weights = null) =>
                Tensor.Made(Native.ct_binary_cross_entropy_with_logits(input.Handle, target.Handle, Tensor.HandleOf(weight), (long)reduction, Tensor.HandleOf(pos_weights)), input, target, weight, pos_weights);

            public static Tensor mse_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                Tensor.Made(Native.ct_mse_loss(input.Handle, target.Handle, (long)reduction), input, target);

            public static Tensor l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                Tensor.Made(Native.ct_l1_loss(input.Handle, target.Handle, (long)reduction), input, target);

            public static Tensor smooth_l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean, double beta = 1.0) =>
                Tensor.Made(Native.ct_smooth_l1_loss(input.Handle, target.Handle, (long)reduction, beta), input, target);

            public static Tensor huber_loss(Tensor input, Tensor target, double delta = 1.0, Reduction reduction = Reduction.Mean) =>
                Tensor.Made(Native.ct_huber_loss(input.Handle, target.Handle, (long)reduction, delta), input, target);

            public static Tensor kl_div(Tensor input, Tensor target, bool log_target = true, Reduction reduction = Reduction.Mean) =>
                Tensor.Made(Native.ct_kl_div(input.Handle, target.Handle, (long)reduction, log_target), input, target);

            /// <summary>The negative log-likelihood of classes (or of class probabilities) under the softmax of the input.</summary>
            public static Tensor cross_entropy(Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100, Reduction reduction = Reduction.Mean, double label_smoothing = 0.0) =>
                Tensor.Made(Native.ct_cross_entropy(input.Handle, target.Handle, Tensor.HandleOf(weight), (long)reduction, ignore_index, label_smoothing), input, target, weight);

            /// <summary>The negative log-likelihood of classes whose log-probabilities are given.</summary>
            public static Tensor nll_loss(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
                Tensor.Made(Native.ct_nll_loss(input.Handle, target.Handle, Tensor.HandleOf(weight), (long)reduction, -100), input, target, weight);
        }
    }
}
