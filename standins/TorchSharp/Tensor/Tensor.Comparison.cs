using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Comparisons and logic, element by element; tensors of Bool come back.
    public partial class Tensor
    {
        public Tensor eq(Tensor target) => Made(Native.ct_eq(Handle, target.Handle), this, target);
        public Tensor eq(Scalar target) => Made(Native.ct_eq_s(Handle, target.Value), this);
        public Tensor eq_(Tensor target) => Changed(Native.ct_eq_(Handle, target.Handle), target);
        public Tensor eq_(Scalar target) => Changed(Native.ct_eq_s_(Handle, target.Value));
        public Tensor ne(Tensor target) => Made(Native.ct_ne(Handle, target.Handle), this, target);
        public Tensor ne(Scalar target) => Made(Native.ct_ne_s(Handle, target.Value), this);
        public Tensor ne_(Tensor target) => Changed(Native.ct_ne_(Handle, target.Handle), target);
        public Tensor ne_(Scalar target) => Changed(Native.ct_ne_s_(Handle, target.Value));
        public Tensor lt(Tensor target) => Made(Native.ct_lt(Handle, target.Handle), this, target);
        public Tensor lt(Scalar target) => Made(Native.ct_lt_s(Handle, target.Value), this);
        public Tensor lt_(Tensor target) => Changed(Native.ct_lt_(Handle, target.Handle), target);
        public Tensor lt_(Scalar target) => Changed(Native.ct_lt_s_(Handle, target.Value));
        public Tensor le(Tensor target) => Made(Native.ct_le(Handle, target.Handle), this, target);
        public Tensor le(Scalar target) => Made(Native.ct_le_s(Handle, target.Value), this);
        public Tensor le_(Tensor target) => Changed(Native.ct_le_(Handle, target.Handle), target);
        public Tensor le_(Scalar target) => Changed(Native.ct_le_s_(Handle, target.Value));
        public Tensor gt(Tensor target) => Made(Native.ct_gt(Handle, target.Handle), this, target);
        public Tensor gt(Scalar target) => Made(Native.ct_gt_s(Handle, target.Value), this);
        public Tensor gt_(Tensor target) => Changed(Native.ct_gt_(Handle, target.Handle), target);
        public Tensor gt_(Scalar target) => Changed(Native.ct_gt_s_(Handle, target.Value));
        public Tensor ge(Tensor target) => Made(Native.ct_ge(Handle, target.Handle), this, target);
        public Tensor ge(Scalar target) => Made(Native.ct_ge_s(Handle, target.Value), this);
        public Tensor ge_(Tensor target) => Changed(Native.ct_ge_(Handle, target.Handle), target);
        public Tensor ge_(Scalar target) => Changed(Native.ct_ge_s_(Handle, target.Value));
        public Tensor logical_and(Tensor other) => Made(Native.ct_logical_and(Handle, other.Handle), this, other);
        public Tensor logical_and_(Tensor other) => Changed(Native.ct_logical_and_(Handle, other.Handle), other);
        public Tensor logical_or(Tensor other) => Made(Native.ct_logical_or(Handle, other.Handle), this, other);
        public Tensor logical_or_(Tensor other) => Changed(Native.ct_logical_or_(Handle, other.Handle), other);
        public Tensor logical_xor(Tensor other) => Made(Native.ct_logical_xor(Handle, other.Handle), this, other);
        public Tensor logical_xor_(Tensor other) => Changed(Native.ct_logical_xor_(Handle, other.Handle), other);
        public Tensor bitwise_and(Tensor other) => Made(Native.ct_bitwise_and(Handle, other.Handle), this, other);
        public Tensor bitwise_and_(Tensor other) => Changed(Native.ct_bitwise_and_(Handle, other.Handle), other);
        public Tensor bitwise_or(Tensor other) => Made(Native.ct_bitwise_or(Handle, other.Handle), this, other);
        public Tensor bitwise_or_(Tensor other) => Changed(Native.ct_bitwise_or_(Handle, other.Handle), other);
        public Tensor bitwise_xor(Tensor other) => Made(Native.ct_bitwise_xor(Handle, other.Handle), this, other);
        public Tensor bitwise_xor_(Tensor other) => Changed(Native.ct_bitwise_xor_(Handle, other.Handle), other);
        public Tensor logical_not() => Made(Native.ct_logical_not(Handle), this);
        public Tensor logical_not_() => Changed(Native.ct_logical_not_(Handle));
        public Tensor bitwise_not() => Made(Native.ct_bitwise_not(Handle), this);
        public Tensor bitwise_not_() => Changed(Native.ct_bitwise_not_(Handle));

        /// <summary>Element by element, as <see cref="eq(Tensor)"/>; whether two tensors are the same is <see cref="Equals(Tensor)"/>.</summary>
        public Tensor equal(Tensor target) => eq(target);

        public Tensor isclose(Tensor other, double rtol = 1e-05, double atol = 1e-08, bool nanEqual = false) =>
            Made(Native.ct_isclose(Handle, other.Handle, rtol, atol, nanEqual), this, other);

        public unsafe bool allclose(Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false)
        {
            bool close;
            Changed(Native.ct_allclose(Handle, target.Handle, rtol, atol, equal_nan, &close), target);
            return close;
        }
    }
}
