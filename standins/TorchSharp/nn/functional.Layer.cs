using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static unsafe partial class functional
        {
            /// <summary>input · weightsᵀ + bias, for weights of shape (out, in).</summary>
            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) =>
                Tensor.Made(Native.ct_linear(input.Handle, weights.Handle, Tensor.HandleOf(bias)), input, weights, bias);

            public static Tensor conv1d(Tensor input, Tensor weight, Tensor? bias = null, long? stride = null, long? padding = null, long? dilation = null, long groups = 1)
            {
                long s = stride ?? 1, p = padding ?? 0, d = dilation ?? 1;
                return Tensor.Made(Native.ct_conv1d(input.Handle, weight.Handle, Tensor.HandleOf(bias), &s, 1, &p, 1, &d, 1, groups), input, weight, bias);
            }

            public static Tensor conv2d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? dilation = null, long groups = 1)
            {
                strides ??= [1];
                padding ??= [0];
                dilation ??= [1];
                fixed (long* s = strides, p = padding, d = dilation)
                    return Tensor.Made(Native.ct_conv2d(input.Handle, weight.Handle, Tensor.HandleOf(bias), s, strides.Length, p, padding.Length, d, dilation.Length, groups), input, weight, bias);
            }

            public static Tensor conv_transpose2d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? output_padding = null, long[]? dilation = null, long groups = 1)
            {
                strides ??= [1];
                padding ??= [0];
                output_padding ??= [0];
                dilation ??= [1];
                fixed (long* s = strides, p = padding, o = output_padding, d = dilation)
                    return Tensor.Made(Native.ct_conv_transpose2d(input.Handle, weight.Handle, Tensor.HandleOf(bias), s, strides.Length, p, padding.Length, o, output_padding.Length, d, dilation.Length, groups), input, weight, bias);
            }

            /// <summary>While training, the running statistics are updated in place.</summary>
            public static Tensor batch_norm(Tensor input, Tensor? running_mean, Tensor? running_var, Tensor? weight = null, Tensor? bias = null, bool training = false, double momentum = 0.1, double eps = 1e-5)
            {
                var made = Tensor.Made(Native.ct_batch_norm(input.Handle, Tensor.HandleOf(running_mean), Tensor.HandleOf(running_var), Tensor.HandleOf(weight), Tensor.HandleOf(bias), training, momentum, eps), input, running_mean, running_var, weight);
                GC.KeepAlive(bias);
                return made;
            }

            public static Tensor instance_norm(Tensor input, Tensor? running_mean = null, Tensor? running_var = null, Tensor? weight = null, Tensor? bias = null, bool use_input_stats = true, double momentum = 0.1, double eps = 1e-5)
            {
                var made = Tensor.Made(Native.ct_instance_norm(input.Handle, Tensor.HandleOf(running_mean), Tensor.HandleOf(running_var), Tensor.HandleOf(weight), Tensor.HandleOf(bias), use_input_stats, momentum, eps), input, running_mean, running_var, weight);
                GC.KeepAlive(bias);
                return made;
            }

            public static Tensor layer_norm(Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5)
            {
                fixed (long* s = normalized_shape)
                    return Tensor.Made(Native.ct_layer_norm(input.Handle, s, normalized_shape.Length, Tensor.HandleOf(weight), Tensor.HandleOf(bias), eps), input, weight, bias);
            }

            public static Tensor group_norm(Tensor input, long num_groups, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5) =>
                Tensor.Made(Native.ct_group_norm(input.Handle, num_groups, Tensor.HandleOf(weight), Tensor.HandleOf(bias), eps), input, weight, bias);

            /// <summary>Divides by the p-norm along the dimension, or by eps where that is larger.</summary>
            public static Tensor normalize(Tensor input, double p = 2.0, long dim = 1L, double eps = 1e-12)
            {
                using var norm = input.norm((int)dim, true, (float)p);
                using var floor = norm.clamp_min(eps);
                return input.div(floor);
            }

            public static Tensor cosine_similarity(Tensor x1, Tensor x2, long dim = 1, double eps = 1e-8) =>
                Tensor.Made(Native.ct_cosine_similarity(x1.Handle, x2.Handle, dim, eps), x1, x2);

            /// <summary>A new last dimension that is 1 at the class and 0 elsewhere.</summary>
            public static Tensor one_hot(Tensor x, long num_classes = -1)
            {
                if (x.dtype != ScalarType.Int64) throw new ArgumentException("OneHot input tensor must have elements of type Int64");
                return Tensor.Made(Native.ct_one_hot(x.Handle, num_classes), x);
            }
        }
    }
}
