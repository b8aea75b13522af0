namespace TorchSharp;

public static partial class torch
{
    /// <summary>The one-dimensional memory behind a tensor, which its views share.</summary>
    public abstract class Storage
    {
        private readonly Tensor tensor;

        private protected Storage(Tensor tensor) => this.tensor = tensor;

        /// <summary>The first element of the storage, on the tensor's own device. Good while the tensor lives.</summary>
        public nint data_ptr() => tensor.DataPointer() - (nint)(tensor.storage_offset() * tensor.ElementSize);
    }

    /// <inheritdoc cref="Storage"/>
    public sealed class Storage<T> : Storage, IDisposable where T : unmanaged
    {
        internal Storage(Tensor tensor)
            : base(tensor)
        {
        }

        /// <summary>Frees nothing: the tensor owns the memory.</summary>
        public void Dispose()
        {
        }
    }

    public partial class Tensor
    {
        /// <summary>The tensor's storage.</summary>
        /// <exception cref="NotSupportedException">T is not the .NET type of the elements: the real package would answer with a converted copy.</exception>
        public Storage<T> storage<T>() where T : unmanaged =>
            ElementTypes.TryGetValue(typeof(T), out var found) && found == dtype
                ? new Storage<T>(this)
                : throw new NotSupportedException($"{typeof(T).Name} is not the type of elements of {dtype}");
    }
}
