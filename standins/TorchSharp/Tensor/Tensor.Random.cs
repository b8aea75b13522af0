using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Draws. Without a generator the process-wide one is used, which training code never does.
    public partial class Tensor
    {
        public Tensor uniform_(double from, double to, Generator? generator = null) => Drawn(Native.ct_uniform_(Handle, from, to, Generator.HandleOf(generator)), generator);
        public Tensor normal_(double mean = 0.0, double std = 1.0, Generator? generator = null) => Drawn(Native.ct_normal_(Handle, mean, std, Generator.HandleOf(generator)), generator);
        public Tensor bernoulli_(double p = 0.5, Generator? generator = null) => Drawn(Native.ct_bernoulli_(Handle, p, Generator.HandleOf(generator)), generator);
        public Tensor bernoulli_(Tensor p, Generator? generator = null) => Drawn(Native.ct_bernoulli_t_(Handle, p.Handle, Generator.HandleOf(generator)), generator, p);
        public Tensor exponential_(double lambda = 1.0, Generator? generator = null) => Drawn(Native.ct_exponential_(Handle, lambda, Generator.HandleOf(generator)), generator);
        public Tensor cauchy_(double median = 0.0, double sigma = 1.0, Generator? generator = null) => Drawn(Native.ct_cauchy_(Handle, median, sigma, Generator.HandleOf(generator)), generator);
        public Tensor geometric_(double p, Generator? generator = null) => Drawn(Native.ct_geometric_(Handle, p, Generator.HandleOf(generator)), generator);
        public Tensor log_normal_(double mean = 0.0, double std = 1.0, Generator? generator = null) => Drawn(Native.ct_log_normal_(Handle, mean, std, Generator.HandleOf(generator)), generator);
        public Tensor random_(double from, double to, Generator? generator = null) => Drawn(Native.ct_random_(Handle, (long)from, (long)to, Generator.HandleOf(generator)), generator);

        /// <summary>Zeros and ones, each one with the probability that stands in this tensor.</summary>
        public Tensor bernoulli(Generator? generator = null)
        {
            var drawn = Made(Native.ct_bernoulli(Handle, Generator.HandleOf(generator)), this);
            GC.KeepAlive(generator);
            return drawn;
        }

        /// <summary>Indices drawn with the weights in each row.</summary>
        public Tensor multinomial(long num_samples, bool replacement = false, Generator? generator = null)
        {
            var drawn = Made(Native.ct_multinomial(Handle, num_samples, replacement, Generator.HandleOf(generator)), this);
            GC.KeepAlive(generator);
            return drawn;
        }

        public Tensor poisson(Generator? generator = null)
        {
            var drawn = Made(Native.ct_poisson(Handle, Generator.HandleOf(generator)), this);
            GC.KeepAlive(generator);
            return drawn;
        }

        public Tensor rand_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Like(Native.ct_rand_like, dtype, device, requires_grad);

        public Tensor randn_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Like(Native.ct_randn_like, dtype, device, requires_grad);

        private Tensor Drawn(int failed, Generator? generator, Tensor? other = null)
        {
            GC.KeepAlive(generator);
            return Changed(failed, other);
        }
    }
}
