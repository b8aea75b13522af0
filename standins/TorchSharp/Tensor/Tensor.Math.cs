using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public enum RoundingMode
    {
        None,
        trunc,
        floor,
    }

    // Arithmetic of two and more operands, which broadcast against each other.
    public partial class Tensor
    {
        public Tensor add(Tensor target) => Made(Native.ct_add(Handle, target.Handle, Num.One), this, target);
        public Tensor add(Tensor target, Scalar alpha) => Made(Native.ct_add(Handle, target.Handle, alpha.Value), this, target);
        public Tensor add(Scalar scalar) => Made(Native.ct_add_s(Handle, scalar.Value, Num.One), this);
        public Tensor add(Scalar scalar, Scalar alpha) => Made(Native.ct_add_s(Handle, scalar.Value, alpha.Value), this);
        public Tensor add_(Tensor target) => Changed(Native.ct_add_(Handle, target.Handle, Num.One), target);
        public Tensor add_(Tensor target, Scalar alpha) => Changed(Native.ct_add_(Handle, target.Handle, alpha.Value), target);
        public Tensor add_(Scalar scalar) => Changed(Native.ct_add_s_(Handle, scalar.Value, Num.One));
        public Tensor add_(Scalar scalar, Scalar alpha) => Changed(Native.ct_add_s_(Handle, scalar.Value, alpha.Value));

        public Tensor sub(Tensor target) => Made(Native.ct_sub(Handle, target.Handle), this, target);
        public Tensor sub(Scalar target) => Made(Native.ct_sub_s(Handle, target.Value), this);
        public Tensor sub_(Tensor target) => Changed(Native.ct_sub_(Handle, target.Handle), target);
        public Tensor sub_(Scalar target) => Changed(Native.ct_sub_s_(Handle, target.Value));
        public Tensor subtract(Tensor target) => sub(target);
        public Tensor subtract(Scalar target) => sub(target);

        public Tensor mul(Tensor target) => Made(Native.ct_mul(Handle, target.Handle), this, target);
        public Tensor mul(Scalar target) => Made(Native.ct_mul_s(Handle, target.Value), this);
        public Tensor mul_(Tensor target) => Changed(Native.ct_mul_(Handle, target.Handle), target);
        public Tensor mul_(Scalar target) => Changed(Native.ct_mul_s_(Handle, target.Value));
        public Tensor multiply(Tensor target) => mul(target);
        public Tensor multiply(Scalar target) => mul(target);

        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => Made(Native.ct_div(Handle, target.Handle, (int)rounding_mode), this, target);
        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => Made(Native.ct_div_s(Handle, target.Value, (int)rounding_mode), this);
        public Tensor div_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => Changed(Native.ct_div_(Handle, target.Handle, (int)rounding_mode), target);
        public Tensor div_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => Changed(Native.ct_div_s_(Handle, target.Value, (int)rounding_mode));
        public Tensor divide(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => div(target, rounding_mode);
        public Tensor divide(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => div(target, rounding_mode);
        public Tensor true_divide(Tensor other) => div(other);
        public Tensor true_divide(Scalar other) => div(other);
        public Tensor floor_divide(Tensor other) => Made(Native.ct_floor_divide(Handle, other.Handle), this, other);
        public Tensor floor_divide(Scalar other) => Made(Native.ct_floor_divide_s(Handle, other.Value), this);
        public Tensor remainder(Tensor target) => Made(Native.ct_remainder(Handle, target.Handle), this, target);
        public Tensor remainder(Scalar scalar) => Made(Native.ct_remainder_s(Handle, scalar.Value), this);
        public Tensor fmod(Tensor target) => Made(Native.ct_fmod(Handle, target.Handle), this, target);
        public Tensor fmod(Scalar scalar) => Made(Native.ct_fmod_s(Handle, scalar.Value), this);

        public Tensor pow(Tensor exponent) => Made(Native.ct_pow(Handle, exponent.Handle), this, exponent);
        public Tensor pow(Scalar exponent) => Made(Native.ct_pow_s(Handle, exponent.Value), this);
        public Tensor pow_(Tensor exponent) => Changed(Native.ct_pow_(Handle, exponent.Handle), exponent);
        public Tensor pow_(Scalar exponent) => Changed(Native.ct_pow_s_(Handle, exponent.Value));

        /// <summary>this + value · tensor1 · tensor2.</summary>
        public Tensor addcmul(Tensor tensor1, Tensor tensor2, Scalar value) => Made(Native.ct_addcmul(Handle, tensor1.Handle, tensor2.Handle, value.Value), this, tensor1, tensor2);
        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) => Changed(Native.ct_addcmul_(Handle, tensor1.Handle, tensor2.Handle, value.Value), tensor1, tensor2);

        /// <summary>this + value · tensor1 / tensor2.</summary>
        public Tensor addcdiv(Tensor tensor1, Tensor tensor2, Scalar value) => Made(Native.ct_addcdiv(Handle, tensor1.Handle, tensor2.Handle, value.Value), this, tensor1, tensor2);
        public Tensor addcdiv(Tensor tensor1, Tensor tensor2) => Made(Native.ct_addcdiv(Handle, tensor1.Handle, tensor2.Handle, Num.One), this, tensor1, tensor2);
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) => Changed(Native.ct_addcdiv_(Handle, tensor1.Handle, tensor2.Handle, value.Value), tensor1, tensor2);
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2) => Changed(Native.ct_addcdiv_(Handle, tensor1.Handle, tensor2.Handle, Num.One), tensor1, tensor2);

        /// <summary>this + weight · (end − this).</summary>
        public Tensor lerp(Tensor end, Tensor weight) => Made(Native.ct_lerp(Handle, end.Handle, weight.Handle), this, end, weight);
        public Tensor lerp_(Tensor end, Tensor weight) => Changed(Native.ct_lerp_(Handle, end.Handle, weight.Handle), end, weight);

        public Tensor maximum(Tensor other) => Made(Native.ct_maximum(Handle, other.Handle), this, other);
        public Tensor minimum(Tensor other) => Made(Native.ct_minimum(Handle, other.Handle), this, other);
        public Tensor fmax(Tensor other) => Made(Native.ct_fmax(Handle, other.Handle), this, other);
        public Tensor fmin(Tensor other) => Made(Native.ct_fmin(Handle, other.Handle), this, other);
        public Tensor atan2(Tensor other) => Made(Native.ct_atan2(Handle, other.Handle), this, other);
        public Tensor atan2_(Tensor other) => Changed(Native.ct_atan2_(Handle, other.Handle), other);
        public Tensor copysign(Tensor other) => Made(Native.ct_copysign(Handle, other.Handle), this, other);
        public Tensor hypot(Tensor other) => Made(Native.ct_hypot(Handle, other.Handle), this, other);
        public Tensor logaddexp(Tensor other) => Made(Native.ct_logaddexp(Handle, other.Handle), this, other);
        public Tensor logaddexp2(Tensor other) => Made(Native.ct_logaddexp2(Handle, other.Handle), this, other);
        public Tensor xlogy(Tensor y) => Made(Native.ct_xlogy(Handle, y.Handle), this, y);
        public Tensor xlogy(Scalar y) => Made(Native.ct_xlogy_s(Handle, y.Value), this);

        public Tensor clamp(Scalar? min = null, Scalar? max = null) => Made(Native.ct_clamp_s(Handle, Scalar.Or(min, Num.None), Scalar.Or(max, Num.None)), this);
        public Tensor clamp(Tensor? min = null, Tensor? max = null) => Made(Native.ct_clamp(Handle, HandleOf(min), HandleOf(max)), this, min, max);
        public Tensor clamp_(Scalar? min = null, Scalar? max = null) => Changed(Native.ct_clamp_s_(Handle, Scalar.Or(min, Num.None), Scalar.Or(max, Num.None)));
        public Tensor clamp_(Tensor? min = null, Tensor? max = null) => Changed(Native.ct_clamp_(Handle, HandleOf(min), HandleOf(max)), min, max);
        public Tensor clip(Scalar? min = null, Scalar? max = null) => clamp(min, max);
        public Tensor clamp_max(Scalar max) => Made(Native.ct_clamp_s(Handle, Num.None, max.Value), this);
        public Tensor clamp_max_(Scalar max) => Changed(Native.ct_clamp_s_(Handle, Num.None, max.Value));
        public Tensor clamp_min(Scalar min) => Made(Native.ct_clamp_s(Handle, min.Value, Num.None), this);
        public Tensor clamp_min_(Scalar min) => Changed(Native.ct_clamp_s_(Handle, min.Value, Num.None));
    }
}
