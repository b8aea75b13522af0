using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Products of vectors and matrices.
    public partial class Tensor
    {
        public Tensor mm(Tensor target) => Made(Native.ct_mm(Handle, target.Handle), this, target);
        public Tensor bmm(Tensor batch2) => Made(Native.ct_bmm(Handle, batch2.Handle), this, batch2);
        public Tensor mv(Tensor target) => Made(Native.ct_mv(Handle, target.Handle), this, target);
        public Tensor dot(Tensor target) => Made(Native.ct_dot(Handle, target.Handle), this, target);
        public Tensor matmul(Tensor target) => Made(Native.ct_matmul(Handle, target.Handle), this, target);
        public Tensor outer(Tensor vec2) => Made(Native.ct_outer(Handle, vec2.Handle), this, vec2);
        public Tensor ger(Tensor vec2) => outer(vec2);
        public Tensor inner(Tensor vec2) => Made(Native.ct_inner(Handle, vec2.Handle), this, vec2);
        public Tensor kron(Tensor other) => Made(Native.ct_kron(Handle, other.Handle), this, other);

        /// <summary>beta · this + alpha · mat1 · mat2.</summary>
        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) => Made(Native.ct_addmm(Handle, mat1.Handle, mat2.Handle, Num.Of((double)beta), Num.Of((double)alpha)), this, mat1, mat2);
        public Tensor addmm_(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) => Changed(Native.ct_addmm_(Handle, mat1.Handle, mat2.Handle, Num.Of((double)beta), Num.Of((double)alpha)), mat1, mat2);
        public Tensor addmv(Tensor mat, Tensor vec, float beta = 1.0f, float alpha = 1.0f) => Made(Native.ct_addmv(Handle, mat.Handle, vec.Handle, Num.Of((double)beta), Num.Of((double)alpha)), this, mat, vec);
        public Tensor addmv_(Tensor mat, Tensor vec, float beta = 1.0f, float alpha = 1.0f) => Changed(Native.ct_addmv_(Handle, mat.Handle, vec.Handle, Num.Of((double)beta), Num.Of((double)alpha)), mat, vec);
        public Tensor addr(Tensor vec1, Tensor vec2, float beta = 1.0f, float alpha = 1.0f) => Made(Native.ct_addr(Handle, vec1.Handle, vec2.Handle, Num.Of((double)beta), Num.Of((double)alpha)), this, vec1, vec2);
        public Tensor addr_(Tensor vec1, Tensor vec2, float beta = 1.0f, float alpha = 1.0f) => Changed(Native.ct_addr_(Handle, vec1.Handle, vec2.Handle, Num.Of((double)beta), Num.Of((double)alpha)), vec1, vec2);
        public Tensor baddbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) => Made(Native.ct_baddbmm(Handle, batch1.Handle, batch2.Handle, Num.Of((double)beta), Num.Of((double)alpha)), this, batch1, batch2);
        public Tensor addbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) => Made(Native.ct_addbmm(Handle, batch1.Handle, batch2.Handle, Num.Of((double)beta), Num.Of((double)alpha)), this, batch1, batch2);
        public Tensor addbmm_(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) => Changed(Native.ct_addbmm_(Handle, batch1.Handle, batch2.Handle, Num.Of((double)beta), Num.Of((double)alpha)), batch1, batch2);

        public Tensor trace() => Made(Native.ct_trace(Handle), this);
        public Tensor det() => linalg.det(this);
        public Tensor inverse() => linalg.inv(this);
    }
}
