using ComputeCore.Kernels.Cpu.Pooling;

namespace ComputeCore.Operations;

/// <summary>
/// The windows of adaptive pooling: result i of `outputs` sees the elements from ⌊i · inputs / outputs⌋ up to, but not
/// including, ⌈(i + 1) · inputs / outputs⌉. Neighbours overlap where the sizes do not divide.
/// </summary>
internal static class AdaptiveWindows
{
    /// <summary>The shape of planes pooled to a size; an error, if they can't be.</summary>
    public static (Shape Shape, string? Error) Pool(Shape input, Pair output) =>
        input.Rank < 3 ? ([], $"{input} must be [..., C, H, W]")
        : output.Height < 1 || output.Width < 1 || input[-1] < 1 || input[-2] < 1 ? ([], $"planes of {input} can't be pooled to {output}; both must hold elements")
        : (input.With(-2, output.Height).With(-1, output.Width), null);

    /// <summary>The elements of one plane that each result sees, row by row: where the result lies, and where the element.</summary>
    public static IEnumerable<(int Output, int Input)> Elements(Shape input, Shape output)
    {
        for (var p = 0; p < output[-2]; p++)
            for (var q = 0; q < output[-1]; q++)
                foreach (var row in Of(p, input[-2], output[-2]))
                    foreach (var column in Of(q, input[-1], output[-1]))
                        yield return (p * output[-1] + q, row * input[-1] + column);
    }

    /// <summary>How many elements each result of a plane sees.</summary>
    public static int[] Counts(Shape input, Shape output) =>
        [.. from p in Enumerable.Range(0, output[-2]) from q in Enumerable.Range(0, output[-1]) select Of(p, input[-2], output[-2]).Count() * Of(q, input[-1], output[-1]).Count()];

    /// <summary>The CPU kernels' description of an adaptive pooling.</summary>
    public static AdaptivePoolingShape ToKernel(Shape input, Shape output) =>
        new(Planes.Count(input), input[-2], input[-1], output[-2], output[-1]);

    private static IEnumerable<int> Of(int output, int inputs, int outputs)
    {
        var first = (int)((long)output * inputs / outputs);
        var end = (int)(((output + 1L) * inputs + outputs - 1) / outputs);
        return Enumerable.Range(first, end - first);
    }
}
