using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A random number generator with a state of its own.</summary>
    public unsafe class Generator : IDisposable
    {
        public nint Handle { get; private set; }

        public Device device { get; private set; }

        /// <param name="seed">Where the stream begins.</param>
        /// <param name="device">Whose tensors it fills; the CPU by default.</param>
        public Generator(ulong seed = 0, Device? device = null)
            : this(Native.ct_generator_new(seed, (int)(device?.type ?? DeviceType.CPU), device?.index ?? -1), device ?? CPU)
        {
        }

        private Generator(nint handle, Device device)
        {
            if (handle == 0) throw Native.Error();
            Handle = handle;
            this.device = device;
        }

        ~Generator() => Dispose(false);

        /// <summary>The process-wide generator of the CPU.</summary>
        public static Generator Default => new(Native.ct_generator_default(), CPU);

        /// <summary>A Byte tensor that <see cref="set_state"/> takes back.</summary>
        public Tensor get_state()
        {
            var state = Native.ct_generator_get_state(Handle);
            GC.KeepAlive(this);
            return Tensor.Made(state);
        }

        public void set_state(Tensor value)
        {
            Native.Check(Native.ct_generator_set_state(Handle, value.Handle));
            GC.KeepAlive(value);
            GC.KeepAlive(this);
        }

        public Generator manual_seed(long seed)
        {
            Native.Check(Native.ct_generator_seed(Handle, (ulong)seed));
            GC.KeepAlive(this);
            return this;
        }

        public long initial_seed()
        {
            ulong seed;
            Native.Check(Native.ct_generator_initial_seed(Handle, &seed));
            GC.KeepAlive(this);
            return (long)seed;
        }

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            if (Handle == 0) return;
            Native.ct_generator_dispose(Handle);
            Handle = 0;
        }

        internal static nint HandleOf(Generator? generator) => generator?.Handle ?? 0;
    }

    /// <summary>Seeds the process-wide generators. Training code names its own generators instead.</summary>
    public static Generator manual_seed(long seed)
    {
        Native.Check(Native.ct_manual_seed((ulong)seed));
        return Generator.Default;
    }
}
