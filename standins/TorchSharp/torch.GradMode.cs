using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Until it is disposed, operations of the calling thread record no graph.</summary>
    public static IDisposable no_grad() => new GradMode(false);

    public static IDisposable enable_grad(bool enabled = true) => new GradMode(enabled);

    public static IDisposable set_grad_enabled(bool mode = true) => new GradMode(mode);

    public static bool is_grad_enabled() => Native.ct_grad_enabled();

    /// <summary>As <see cref="no_grad"/>, and the tensors made can never enter a graph. Dispose it on the same thread.</summary>
    public static IDisposable inference_mode(bool mode = true) => new InferenceMode(mode);

    public static bool is_inference_mode_enabled() => Native.ct_inference_enabled();

    private sealed class GradMode : IDisposable
    {
        private readonly bool _before = Native.ct_grad_enabled();

        internal GradMode(bool on) => Native.ct_set_grad_enabled(on);

        public void Dispose() => Native.ct_set_grad_enabled(_before);
    }

    private sealed class InferenceMode(bool on) : IDisposable
    {
        private nint _guard = Native.ct_inference_enter(on);

        public void Dispose()
        {
            if (_guard != 0) Native.ct_inference_exit(_guard);
            _guard = 0;
        }
    }
}
