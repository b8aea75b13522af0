using TorchSharp.Interop;

namespace TorchSharp;

/// <summary>
/// Tensors, autograd and functional operations over libtorch, with TorchSharp's names and signatures; only what the project
/// uses. What an operation computes stands in PyTorch's documentation under the same name.
/// </summary>
public static partial class torch
{
    /// <summary>
    /// A tensor: a handle to libtorch's own. Dispose it, or let a <see cref="DisposeScope"/>; the collector does it late.
    /// Operations that end in an underscore change the tensor and return it.
    /// </summary>
    public partial class Tensor : IDisposable
    {
        private static long _totalCount;
        private static long _peakCount;

        internal nint handle;
        internal DisposeScope? OwningDisposeScope;
        internal int PlaceInScope;

        internal Tensor(nint handle, bool register = true)
        {
            this.handle = handle;
            if (handle == 0)
            {
                // What autograd.grad answers for an unused input: nothing to count and nothing to free.
                GC.SuppressFinalize(this);
                return;
            }
            var total = Interlocked.Increment(ref _totalCount);
            if (total > Volatile.Read(ref _peakCount)) Interlocked.Exchange(ref _peakCount, total);
            if (register) DisposeScopeManager.ThreadSingleton.Register(this);
        }

        ~Tensor() => Dispose(false);

        /// <summary>Takes over a handle that <see cref="DecoupleFromNativeHandle"/> gave away.</summary>
        public static Tensor UnsafeCreateTensor(nint handle) => new(handle);

        /// <summary>Tensors alive in the process.</summary>
        public static long TotalCount => Volatile.Read(ref _totalCount);

        /// <summary>The most that were ever alive at once.</summary>
        public static long PeakCount => Volatile.Read(ref _peakCount);

        public string? name { get; set; }

        /// <exception cref="InvalidOperationException">The tensor was disposed.</exception>
        public nint Handle => handle != 0 ? handle : throw new InvalidOperationException("Tensor invalid -- empty handle.");

        public bool IsInvalid => handle == 0;

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            if (handle == 0) return;
            DisposeScopeManager.ThreadSingleton.Disposing(this);
            OwningDisposeScope?.MarkAsDisposed(this);
            Interlocked.Decrement(ref _totalCount);
            Native.ct_dispose(handle);
            handle = 0;
        }

        public Tensor MoveToOuterDisposeScope()
        {
            OwningDisposeScope?.MoveToOuter((IEnumerable<IDisposable>)[this]);
            return this;
        }

        public Tensor DetachFromDisposeScope()
        {
            OwningDisposeScope?.Detach((IEnumerable<IDisposable>)[this]);
            return this;
        }

        /// <summary>Joins the scope that holds the other tensor.</summary>
        public Tensor MoveToOtherDisposeScope(Tensor other) => MoveToOtherDisposeScope(other.OwningDisposeScope);

        public Tensor MoveToOtherDisposeScope(DisposeScope? other)
        {
            if (OwningDisposeScope is null) other?.Attach(this);
            else OwningDisposeScope.MoveToOther(other, (IEnumerable<IDisposable>)[this]);
            return this;
        }

        /// <summary>Gives the handle away: the caller must hand it to <see cref="UnsafeCreateTensor"/> once.</summary>
        public nint DecoupleFromNativeHandle()
        {
            GC.SuppressFinalize(this);
            var given = Handle;
            OwningDisposeScope?.MarkAsDisposed(this);
            Interlocked.Decrement(ref _totalCount);
            handle = 0;
            return given;
        }

        // As DecoupleFromNativeHandle, for a wrapper that is replaced by another one in the same scope.
        internal nint MoveHandle()
        {
            GC.SuppressFinalize(this);
            var given = Handle;
            Interlocked.Decrement(ref _totalCount);
            handle = 0;
            return given;
        }

        /// <summary>
        /// The end of every call that makes a tensor. The operands are arguments because a finalizer must not free them while
        /// the native side still reads them.
        /// </summary>
        internal static Tensor Made(nint result, Tensor? a = null, Tensor? b = null, Tensor? c = null, Tensor? d = null)
        {
            GC.KeepAlive(a);
            GC.KeepAlive(b);
            GC.KeepAlive(c);
            GC.KeepAlive(d);
            return result != 0 ? new Tensor(result) : throw Native.Error();
        }

        /// <summary>The end of every call that changes this tensor.</summary>
        internal Tensor Changed(int failed, Tensor? b = null, Tensor? c = null)
        {
            GC.KeepAlive(b);
            GC.KeepAlive(c);
            GC.KeepAlive(this);
            return failed == 0 ? this : throw Native.Error();
        }

        internal static nint HandleOf(Tensor? tensor) => tensor is null ? 0 : tensor.Handle;

        public override bool Equals(object? obj) => obj is Tensor other && Equals(other);

        /// <summary>Whether both have the same shape and the same elements.</summary>
        public bool Equals(Tensor target)
        {
            unsafe
            {
                bool same;
                var failed = Native.ct_equal(Handle, target.Handle, &same);
                GC.KeepAlive(target);
                GC.KeepAlive(this);
                Native.Check(failed);
                return same;
            }
        }

        public override int GetHashCode() => base.GetHashCode();

        /// <summary>Shape, element type and device, as in "[2x3], type = Float32, device = cpu".</summary>
        public override string ToString() => $"[{string.Join('x', shape)}], type = {dtype}, device = {device}";
    }
}
