using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static unsafe partial class functional
        {
            /// <summary>Widens the last dimensions: pad holds before and after of the last one, then of the one before it.</summary>
            public static Tensor pad(Tensor input, ReadOnlySpan<long> pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
            {
                fixed (long* p = pad)
                    return Tensor.Made(mode is PaddingModes.Constant or PaddingModes.Zeros
                        ? Native.ct_pad_constant(input.Handle, p, pad.Length, value)
                        : Native.ct_pad(input.Handle, p, pad.Length, (int)mode), input);
            }

            public static Tensor pad(Tensor input, long[] pad, PaddingModes mode = PaddingModes.Constant, double value = 0) => functional.pad(input, (ReadOnlySpan<long>)pad, mode, value);
            public static Tensor pad(Tensor input, (long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) => functional.pad(input, (ReadOnlySpan<long>)[pad.Item1, pad.Item2], mode, value);
            public static Tensor pad(Tensor input, (long, long, long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) => functional.pad(input, (ReadOnlySpan<long>)[pad.Item1, pad.Item2, pad.Item3, pad.Item4], mode, value);

            public static Tensor pixel_shuffle(Tensor input, long upscale_factor) => Tensor.Made(Native.ct_pixel_shuffle(input.Handle, upscale_factor), input);
            public static Tensor pixel_unshuffle(Tensor input, long downscale_factor) => Tensor.Made(Native.ct_pixel_unshuffle(input.Handle, downscale_factor), input);

            /// <summary>The patches under a sliding window, one per column.</summary>
            public static Tensor unfold(Tensor input, long kernel_size, long dilation = 1, long padding = 0, long stride = 1) =>
                unfold(input, (kernel_size, kernel_size), (dilation, dilation), (padding, padding), (stride, stride));

            public static Tensor unfold(Tensor input, (long, long) kernel_size, (long, long)? dilation = null, (long, long)? padding = null, (long, long)? stride = null)
            {
                long* k = stackalloc long[2], d = stackalloc long[2], p = stackalloc long[2], s = stackalloc long[2];
                Put(k, kernel_size);
                Put(d, dilation ?? (1, 1));
                Put(p, padding ?? (0, 0));
                Put(s, stride ?? (1, 1));
                return Tensor.Made(Native.ct_im2col(input.Handle, k, d, p, s), input);
            }

            /// <summary>Adds patches back where <see cref="unfold(Tensor, long, long, long, long)"/> took them from.</summary>
            public static Tensor fold(Tensor input, long output_size, long kernel_size, long dilation = 1, long padding = 0, long stride = 1) =>
                fold(input, (output_size, output_size), (kernel_size, kernel_size), (dilation, dilation), (padding, padding), (stride, stride));

            public static Tensor fold(Tensor input, (long, long) output_size, (long, long) kernel_size, (long, long)? dilation = null, (long, long)? padding = null, (long, long)? stride = null)
            {
                long* o = stackalloc long[2], k = stackalloc long[2], d = stackalloc long[2], p = stackalloc long[2], s = stackalloc long[2];
                Put(o, output_size);
                Put(k, kernel_size);
                Put(d, dilation ?? (1, 1));
                Put(p, padding ?? (0, 0));
                Put(s, stride ?? (1, 1));
                return Tensor.Made(Native.ct_col2im(input.Handle, o, k, d, p, s), input);
            }

            /// <summary>Resizes images of shape (batch, channels, height, width) to a size, or by factors of height and width.</summary>
            public static Tensor interpolate(Tensor x, long[]? size = null, double[]? scale_factor = null, InterpolationMode mode = InterpolationMode.Nearest, bool? align_corners = null, bool recompute_scale_factor = false, bool antialias = false)
            {
                if (antialias) throw new NotSupportedException("antialias needs the real TorchSharp");
                if (x.dim() != 4) throw new NotSupportedException($"only images of shape (batch, channels, height, width) are resized here, not {x}");
                if (size is null == scale_factor is null) throw new ArgumentException("name either a size or a scale_factor");
                if ((size?.Length ?? scale_factor!.Length) != 2) throw new ArgumentException("name height and width: the real package ends the process otherwise");
                long* s = stackalloc long[2];
                double* f = stackalloc double[2];
                for (var i = 0; i < 2; i++)
                {
                    f[i] = scale_factor is null ? 0 : scale_factor[i];
                    s[i] = size is null ? (long)Math.Floor(x.size(i + 2) * f[i]) : size[i];
                }
                var scales = scale_factor is null || recompute_scale_factor ? null : f;
                var align = align_corners ?? false;
                return Tensor.Made(mode switch
                {
                    InterpolationMode.Nearest => Native.ct_upsample_nearest2d(x.Handle, s, scales),
                    InterpolationMode.Bilinear => Native.ct_upsample_bilinear2d(x.Handle, s, align, scales),
                    InterpolationMode.Bicubic => Native.ct_upsample_bicubic2d(x.Handle, s, align, scales),
                    InterpolationMode.Area => Native.ct_adaptive_avg_pool2d(x.Handle, s, 2),
                    _ => throw new NotSupportedException($"{mode} interpolation needs the real TorchSharp"),
                }, x);
            }

            private static void Put(long* two, (long, long) values) => (two[0], two[1]) = values;
        }
    }
}
