namespace Cluster.Models.Variational;

/// <summary>The covariance of q(z|x).</summary>
public enum PosteriorKind
{
    /// <summary>Independent elements (Kingma and Welling 2014).</summary>
    Diagonal,

    /// <summary>Full, by its Cholesky factor (Kingma and Welling 2019, section 2.5.1).</summary>
    Cholesky,
}
