namespace Cluster.Numerics.Tests;

/// <summary>The optimizers as their papers and PyTorch's documentation write them, one number at a time in float64.</summary>
internal sealed class ReferenceOptimizer(OptimizerOptions options, int count)
{
    private readonly double[] first = new double[count], second = new double[count], third = new double[count];
    private int step;

    internal void Step(double[] values, double[] gradients)
    {
        step++;
        for (var i = 0; i < values.Length; i++)
        {
            var g = gradients[i];
            switch (options)
            {
                case SgdOptions sgd:
                    g += sgd.WeightDecay * values[i];
                    if (sgd.Momentum > 0)
                    {
                        first[i] = step == 1 ? g : sgd.Momentum * first[i] + (1 - sgd.Dampening) * g;
                        g = sgd.Nesterov ? g + sgd.Momentum * first[i] : first[i];
                    }

                    values[i] -= sgd.LearningRate * g;
                    break;
                case AdamOptions adam:
                    values[i] -= AdamMove(i, g + adam.WeightDecay * values[i], adam.LearningRate, adam.Beta1, adam.Beta2, adam.Epsilon);
                    break;
                case AdamWOptions adam:
                    values[i] -= adam.LearningRate * adam.WeightDecay * values[i];
                    values[i] -= AdamMove(i, g, adam.LearningRate, adam.Beta1, adam.Beta2, adam.Epsilon);
                    break;
                case RmsPropOptions rms:
                    g += rms.WeightDecay * values[i];
                    first[i] = rms.Alpha * first[i] + (1 - rms.Alpha) * g * g;
                    second[i] = rms.Alpha * second[i] + (1 - rms.Alpha) * g;
                    var move = g / (Math.Sqrt(first[i] - (rms.Centered ? second[i] * second[i] : 0)) + rms.Epsilon);
                    third[i] = rms.Momentum * third[i] + move;
                    values[i] -= rms.LearningRate * third[i];
                    break;
            }
        }
    }

    private double AdamMove(int i, double g, double rate, double beta1, double beta2, double epsilon)
    {
        first[i] = beta1 * first[i] + (1 - beta1) * g;
        second[i] = beta2 * second[i] + (1 - beta2) * g * g;
        var mean = first[i] / (1 - Math.Pow(beta1, step));
        var square = second[i] / (1 - Math.Pow(beta2, step));
        return rate * mean / (Math.Sqrt(square) + epsilon);
    }
}
