namespace ComputeCore.Cli.Runs;

/// <summary>The vectors of a vocabulary, and how close they are.</summary>
/// <param name="table">f32 [tokens, width].</param>
internal sealed class EmbeddingSpace(TensorData table)
{
    private readonly int width = table.Shape[1];

    /// <summary>The tokens whose vectors have the largest cosine with a token's, largest first, without itself; the lower id first of equal ones.</summary>
    public IReadOnlyList<(int Token, double Cosine)> Neighbours(int token, int count) =>
        [.. Enumerable.Range(0, table.Shape[0]).Where(other => other != token).Select(other => (other, Cosine(token, other))).OrderByDescending(entry => entry.Item2).Take(count)];

    /// <summary>Where tokens lie in the plane of their first two principal components, and the share of their variance that it holds.</summary>
    public (PrincipalPlane Plane, (double X, double Y)[] Points) Project(IReadOnlyList<int> tokens)
    {
        double[][] vectors = [.. tokens.Select(token => Array.ConvertAll(Vector(token).ToArray(), value => (double)value))];
        var plane = PrincipalPlane.Of(vectors);
        return (plane, Array.ConvertAll(vectors, plane.Project));
    }

    // A vector of zeros, as an unused token's, is close to none.
    private double Cosine(int a, int b)
    {
        ReadOnlySpan<float> x = Vector(a), y = Vector(b);
        double product = 0, squaresOfX = 0, squaresOfY = 0;
        for (var i = 0; i < width; i++)
        {
            product += (double)x[i] * y[i];
            squaresOfX += (double)x[i] * x[i];
            squaresOfY += (double)y[i] * y[i];
        }

        return squaresOfX == 0 || squaresOfY == 0 ? 0 : product / Math.Sqrt(squaresOfX * squaresOfY);
    }

    private ReadOnlySpan<float> Vector(int token) => table.AsSpan<float>().Slice(token * width, width);
}
