using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Functions of each element.
    public partial class Tensor
    {
        public Tensor abs() => Made(Native.ct_abs(Handle), this);
        public Tensor abs_() => Changed(Native.ct_abs_(Handle));
        public Tensor neg() => Made(Native.ct_neg(Handle), this);
        public Tensor neg_() => Changed(Native.ct_neg_(Handle));
        public Tensor sign() => Made(Native.ct_sign(Handle), this);
        public Tensor sign_() => Changed(Native.ct_sign_(Handle));
        public Tensor sgn() => Made(Native.ct_sgn(Handle), this);
        public Tensor sgn_() => Changed(Native.ct_sgn_(Handle));
        public Tensor sqrt() => Made(Native.ct_sqrt(Handle), this);
        public Tensor sqrt_() => Changed(Native.ct_sqrt_(Handle));
        public Tensor rsqrt() => Made(Native.ct_rsqrt(Handle), this);
        public Tensor rsqrt_() => Changed(Native.ct_rsqrt_(Handle));
        public Tensor reciprocal() => Made(Native.ct_reciprocal(Handle), this);
        public Tensor reciprocal_() => Changed(Native.ct_reciprocal_(Handle));
        public Tensor exp() => Made(Native.ct_exp(Handle), this);
        public Tensor exp_() => Changed(Native.ct_exp_(Handle));
        public Tensor exp2() => Made(Native.ct_exp2(Handle), this);
        public Tensor exp2_() => Changed(Native.ct_exp2_(Handle));
        public Tensor expm1() => Made(Native.ct_expm1(Handle), this);
        public Tensor expm1_() => Changed(Native.ct_expm1_(Handle));
        public Tensor log() => Made(Native.ct_log(Handle), this);
        public Tensor log_() => Changed(Native.ct_log_(Handle));
        public Tensor log1p() => Made(Native.ct_log1p(Handle), this);
        public Tensor log1p_() => Changed(Native.ct_log1p_(Handle));
        public Tensor log2() => Made(Native.ct_log2(Handle), this);
        public Tensor log2_() => Changed(Native.ct_log2_(Handle));
        public Tensor log10() => Made(Native.ct_log10(Handle), this);
        public Tensor log10_() => Changed(Native.ct_log10_(Handle));
        public Tensor sin() => Made(Native.ct_sin(Handle), this);
        public Tensor sin_() => Changed(Native.ct_sin_(Handle));
        public Tensor cos() => Made(Native.ct_cos(Handle), this);
        public Tensor cos_() => Changed(Native.ct_cos_(Handle));
        public Tensor tan() => Made(Native.ct_tan(Handle), this);
        public Tensor tan_() => Changed(Native.ct_tan_(Handle));
        public Tensor sinh() => Made(Native.ct_sinh(Handle), this);
        public Tensor sinh_() => Changed(Native.ct_sinh_(Handle));
        public Tensor cosh() => Made(Native.ct_cosh(Handle), this);
        public Tensor cosh_() => Changed(Native.ct_cosh_(Handle));
        public Tensor tanh() => Made(Native.ct_tanh(Handle), this);
        public Tensor tanh_() => Changed(Native.ct_tanh_(Handle));
        public Tensor asin() => Made(Native.ct_asin(Handle), this);
        public Tensor asin_() => Changed(Native.ct_asin_(Handle));
        public Tensor acos() => Made(Native.ct_acos(Handle), this);
        public Tensor acos_() => Changed(Native.ct_acos_(Handle));
        public Tensor atan() => Made(Native.ct_atan(Handle), this);
        public Tensor atan_() => Changed(Native.ct_atan_(Handle));
        public Tensor sigmoid() => Made(Native.ct_sigmoid(Handle), this);
        public Tensor sigmoid_() => Changed(Native.ct_sigmoid_(Handle));
        public Tensor relu() => Made(Native.ct_relu(Handle), this);
        public Tensor relu_() => Changed(Native.ct_relu_(Handle));
        public Tensor floor() => Made(Native.ct_floor(Handle), this);
        public Tensor floor_() => Changed(Native.ct_floor_(Handle));
        public Tensor ceil() => Made(Native.ct_ceil(Handle), this);
        public Tensor ceil_() => Changed(Native.ct_ceil_(Handle));
        public Tensor trunc() => Made(Native.ct_trunc(Handle), this);
        public Tensor trunc_() => Changed(Native.ct_trunc_(Handle));
        public Tensor frac() => Made(Native.ct_frac(Handle), this);
        public Tensor frac_() => Changed(Native.ct_frac_(Handle));
        public Tensor erf() => Made(Native.ct_erf(Handle), this);
        public Tensor erf_() => Changed(Native.ct_erf_(Handle));
        public Tensor erfc() => Made(Native.ct_erfc(Handle), this);
        public Tensor erfc_() => Changed(Native.ct_erfc_(Handle));
        public Tensor erfinv() => Made(Native.ct_erfinv(Handle), this);
        public Tensor erfinv_() => Changed(Native.ct_erfinv_(Handle));
        public Tensor lgamma() => Made(Native.ct_lgamma(Handle), this);
        public Tensor lgamma_() => Changed(Native.ct_lgamma_(Handle));
        public Tensor digamma() => Made(Native.ct_digamma(Handle), this);
        public Tensor digamma_() => Changed(Native.ct_digamma_(Handle));
        public Tensor square() => Made(Native.ct_square(Handle), this);
        public Tensor log_sigmoid() => Made(Native.ct_log_sigmoid(Handle), this);
        public Tensor relu6() => Made(Native.ct_relu6(Handle), this);
        public Tensor selu() => Made(Native.ct_selu(Handle), this);
        public Tensor signbit() => Made(Native.ct_signbit(Handle), this);
        public Tensor isfinite() => Made(Native.ct_isfinite(Handle), this);
        public Tensor isnan() => Made(Native.ct_isnan(Handle), this);
        public Tensor isinf() => Made(Native.ct_isinf(Handle), this);
        public Tensor hardswish() => Made(Native.ct_hardswish(Handle), this);
        public Tensor hardsigmoid() => Made(Native.ct_hardsigmoid(Handle), this);

        public Tensor absolute() => abs();
        public Tensor negative() => neg();
        public Tensor positive() => alias();
        public Tensor round(long decimals = 0L) => Made(Native.ct_round(Handle, decimals), this);
        public Tensor round_(long decimals = 0L) => Changed(Native.ct_round_(Handle, decimals));
        public Tensor leaky_relu(Scalar negative_slope) => Made(Native.ct_leaky_relu(Handle, negative_slope.Value), this);
        public Tensor leaky_relu_(Scalar negative_slope) => Changed(Native.ct_leaky_relu_(Handle, negative_slope.Value));
        public Tensor elu(double alpha = 1) => Made(Native.ct_elu(Handle, Num.Of(alpha), Num.One, Num.One), this);
        public Tensor elu(Scalar alpha, Scalar scale, Scalar input_scale) => Made(Native.ct_elu(Handle, alpha.Value, scale.Value, input_scale.Value), this);
        public Tensor elu_(double alpha = 1) => Changed(Native.ct_elu_(Handle, Num.Of(alpha), Num.One, Num.One));
        public Tensor gelu() => Made(Native.ct_gelu(Handle, false), this);
        public Tensor softplus(double beta = 1, double threshold = 20) => Made(Native.ct_softplus(Handle, Num.Of(beta), Num.Of(threshold)), this);
        public Tensor hardtanh(Scalar min, Scalar max) => Made(Native.ct_hardtanh(Handle, min.Value, max.Value), this);
        public Tensor prelu(Tensor target) => Made(Native.ct_prelu(Handle, target.Handle), this, target);

        public unsafe Tensor nan_to_num(double nan = 0d, double? posinf = null, double? neginf = null)
        {
            double up = posinf ?? 0, down = neginf ?? 0;
            return Made(Native.ct_nan_to_num(Handle, nan, posinf is null ? null : &up, neginf is null ? null : &down), this);
        }
    }
}
