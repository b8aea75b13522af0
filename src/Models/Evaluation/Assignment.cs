namespace Cluster.Models.Evaluation;

/// <summary>The assignment of rows to columns with the largest total, each at most once.</summary>
public static class Assignment
{
    /// <summary>
    /// The Hungarian method with potentials (Kuhn 1955, Munkres 1957), O(n³). Where there are more rows than columns, some rows get none.
    /// </summary>
    /// <param name="gains">Rows × columns, finite.</param>
    /// <returns>For each row its column, or -1.</returns>
    public static int[] Largest(double[,] gains)
    {
        int rows = gains.GetLength(0), columns = gains.GetLength(1), size = Math.Max(rows, columns);
        double Cost(int row, int column) => row < rows && column < columns ? -gains[row, column] : 0;

        // Row and column 0 stand for "none yet"; rows are entered one by one along shortest augmenting paths.
        double[] rowPotential = new double[size + 1], columnPotential = new double[size + 1];
        int[] rowOf = new int[size + 1], before = new int[size + 1];
        for (int row = 1; row <= size; row++)
        {
            rowOf[0] = row;
            int at = 0;
            double[] least = new double[size + 1];
            Array.Fill(least, double.PositiveInfinity);
            bool[] used = new bool[size + 1];
            while (rowOf[at] != 0)
            {
                used[at] = true;
                int next = 0;
                double step = double.PositiveInfinity;
                for (int column = 1; column <= size; column++)
                {
                    if (used[column])
                    {
                        continue;
                    }

                    double reduced = Cost(rowOf[at] - 1, column - 1) - rowPotential[rowOf[at]] - columnPotential[column];
                    if (reduced < least[column])
                    {
                        (least[column], before[column]) = (reduced, at);
                    }

                    if (least[column] < step)
                    {
                        (step, next) = (least[column], column);
                    }
                }

                for (int column = 0; column <= size; column++)
                {
                    if (used[column])
                    {
                        rowPotential[rowOf[column]] += step;
                        columnPotential[column] -= step;
                    }
                    else
                    {
                        least[column] -= step;
                    }
                }

                at = next;
            }

            for (; at != 0; at = before[at])
            {
                rowOf[at] = rowOf[before[at]];
            }
        }

        int[] columnOf = new int[rows];
        Array.Fill(columnOf, -1);
        for (int column = 1; column <= columns; column++)
        {
            if (rowOf[column] <= rows)
            {
                columnOf[rowOf[column] - 1] = column - 1;
            }
        }

        return columnOf;
    }
}
