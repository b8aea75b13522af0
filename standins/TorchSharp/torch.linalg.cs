using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Linear algebra on (batches of) matrices.</summary>
    public static unsafe class linalg
    {
        public enum QRMode
        {
            Reduced = 0,
            Complete = 1,
            R = 2,
        }

        public static Tensor cholesky(Tensor input) => Tensor.Made(Native.ct_linalg_cholesky(input.Handle), input);
        public static Tensor det(Tensor input) => Tensor.Made(Native.ct_linalg_det(input.Handle), input);
        public static Tensor inv(Tensor input) => Tensor.Made(Native.ct_linalg_inv(input.Handle), input);
        public static Tensor svdvals(Tensor input) => Tensor.Made(Native.ct_linalg_svdvals(input.Handle), input);
        public static Tensor eigvalsh(Tensor input, char UPLO = 'L') => Tensor.Made(Native.ct_linalg_eigvalsh(input.Handle, UPLO == 'U'), input);

        /// <summary>X with A X = B, or X A = B when left is false.</summary>
        public static Tensor solve(Tensor A, Tensor B, bool left = true) => Tensor.Made(Native.ct_linalg_solve(A.Handle, B.Handle, left), A, B);

        public static (Tensor, Tensor) slogdet(Tensor input)
        {
            var two = stackalloc nint[2];
            return input.Pair(Native.ct_linalg_slogdet(input.Handle, two), two);
        }

        public static (Tensor, Tensor) eigh(Tensor input, char UPLO = 'L')
        {
            var two = stackalloc nint[2];
            return input.Pair(Native.ct_linalg_eigh(input.Handle, UPLO == 'U', two), two);
        }

        public static (Tensor Q, Tensor R) qr(Tensor input, QRMode mode = QRMode.Reduced)
        {
            var two = stackalloc nint[2];
            return input.Pair(Native.ct_linalg_qr(input.Handle, (int)mode, two), two);
        }

        public static (Tensor U, Tensor S, Tensor Vh) svd(Tensor input, bool fullMatrices = true)
        {
            var three = stackalloc nint[3];
            input.Changed(Native.ct_linalg_svd(input.Handle, fullMatrices, three));
            return (new Tensor(three[0]), new Tensor(three[1]), new Tensor(three[2]));
        }

        public static Tensor matrix_norm(Tensor input, string ord = "fro", long[]? dims = null, bool keepdim = false)
        {
            var name = stackalloc byte[8];
            fixed (long* d = dims ?? [-2, -1])
                return Tensor.Made(Native.ct_linalg_matrix_norm_named(input.Handle, Name(ord, name), d, 2, keepdim), input);
        }

        public static Tensor matrix_norm(Tensor input, double ord, long[]? dims = null, bool keepdim = false)
        {
            fixed (long* d = dims ?? [-2, -1])
                return Tensor.Made(Native.ct_linalg_matrix_norm(input.Handle, ord, d, 2, keepdim), input);
        }

        public static Tensor vector_norm(Tensor input, double ord = 2d, long[]? dims = null, bool keepdim = false)
        {
            fixed (long* d = dims)
                return Tensor.Made(Native.ct_linalg_vector_norm(input.Handle, ord, d, dims?.Length ?? 0, keepdim), input);
        }

        public static Tensor norm(Tensor input, string ord, long[]? dims = null, bool keepdim = false)
        {
            var name = stackalloc byte[8];
            fixed (long* d = dims)
                return Tensor.Made(Native.ct_linalg_norm_named(input.Handle, Name(ord, name), d, dims?.Length ?? 0, keepdim), input);
        }

        public static Tensor norm(Tensor input, double ord, long[]? dims = null, bool keepdim = false)
        {
            fixed (long* d = dims)
                return Tensor.Made(Native.ct_linalg_norm(input.Handle, &ord, d, dims?.Length ?? 0, keepdim), input);
        }

        public static Tensor norm(Tensor input, int ord, long[]? dims = null, bool keepdim = false) => norm(input, (double)ord, dims, keepdim);

        public static Tensor norm(Tensor input, long[]? dims = null, bool keepdim = false)
        {
            fixed (long* d = dims)
                return Tensor.Made(Native.ct_linalg_norm(input.Handle, null, d, dims?.Length ?? 0, keepdim), input);
        }

        private static byte* Name(string name, byte* room)
        {
            if (name.Length > 7) throw new ArgumentException($"'{name}' is no norm: use \"fro\" or \"nuc\"");
            var i = 0;
            for (; i < name.Length; i++) room[i] = (byte)name[i];
            room[i] = 0;
            return room;
        }
    }
}
