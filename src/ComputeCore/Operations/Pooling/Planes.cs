using ComputeCore.Devices.Reference;

namespace ComputeCore.Operations;

/// <summary>What the definitions of poolings share: the same thing happens in every plane, the last two axes of a tensor.</summary>
internal static class Planes
{
    /// <summary>How many planes a shape holds.</summary>
    public static int Count(Shape shape) => (int)Shape.Create(shape.AsSpan()[..^2]).ElementCount;

    /// <summary>The values of one plane.</summary>
    public static Span<double> Plane(this ReferenceTensor tensor, int plane)
    {
        var size = tensor.Shape[-2] * tensor.Shape[-1];
        return tensor.Values.Slice(plane * size, size);
    }

    /// <summary>The maximum of the elements that each result sees, and, if asked for, its index within the plane: the first one's at ties, the last NaN's.</summary>
    public static void Maximum(ReferenceArguments arguments, IReadOnlyList<(int Output, int Input)> elements)
    {
        var unasked = new double[arguments.Outputs[0].Shape[-2] * arguments.Outputs[0].Shape[-1]];
        for (var plane = 0; plane < Count(arguments.X.Shape); plane++)
        {
            var x = arguments.X.Plane(plane);
            var y = arguments.Outputs[0].Plane(plane);
            var indices = arguments.Outputs.Count > 1 ? arguments.Outputs[1].Plane(plane) : unasked;
            indices.Fill(-1);
            foreach (var (output, input) in elements)
                if (indices[output] < 0 || x[input] > y[output] || double.IsNaN(x[input]))
                    (y[output], indices[output]) = (x[input], input);
        }
    }

    /// <summary>Adds each gradient of the first input to the element of its plane that the second input names.</summary>
    public static void Scatter(ReferenceArguments arguments)
    {
        arguments.Y.Values.Clear();
        for (var plane = 0; plane < Count(arguments.Y.Shape); plane++)
        {
            var dy = arguments.Inputs[0].Plane(plane);
            var indices = arguments.Inputs[1].Plane(plane);
            var dx = arguments.Y.Plane(plane);
            for (var i = 0; i < dy.Length; i++)
                dx[(int)indices[i]] += dy[i];
        }
    }

    /// <summary>The mean of the elements that each result sees.</summary>
    public static void Average(ReferenceArguments arguments, IReadOnlyList<(int Output, int Input)> elements, int[] counts)
    {
        arguments.Y.Values.Clear();
        for (var plane = 0; plane < Count(arguments.Y.Shape); plane++)
        {
            var x = arguments.X.Plane(plane);
            var y = arguments.Y.Plane(plane);
            foreach (var (output, input) in elements)
                y[output] += x[input] / counts[output];
        }
    }

    /// <summary>Shares each gradient among the elements that were averaged.</summary>
    public static void AverageGradient(ReferenceArguments arguments, IReadOnlyList<(int Output, int Input)> elements, int[] counts)
    {
        arguments.Y.Values.Clear();
        for (var plane = 0; plane < Count(arguments.Y.Shape); plane++)
        {
            var dy = arguments.X.Plane(plane);
            var dx = arguments.Y.Plane(plane);
            foreach (var (output, input) in elements)
                dx[input] += dy[output] / counts[output];
        }
    }

    /// <summary>
    /// A draw of indices for the gradients of max poolings: for each result of each plane one of the elements it sees.
    /// </summary>
    public static Draw Indices(Shape input, Shape output, IEnumerable<(int Output, int Input)> elements)
    {
        var choices = elements.ToLookup(element => element.Output, element => element.Input);
        var size = output[-2] * output[-1];
        var values = Enumerable.Range(0, (int)output.ElementCount).Select(i => choices[i % size].ToArray() is var seen ? (double)seen[i * 7 % seen.Length] : 0);
        return Draw.Values(output, ElementType.Int32, [.. values]);
    }
}
