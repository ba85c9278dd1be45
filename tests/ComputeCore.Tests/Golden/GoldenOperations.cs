using ComputeCore.Testing;

namespace ComputeCore.Tests.Golden;

/// <summary>ComputeCore's counterparts of PyTorch's operations.</summary>
internal static class GoldenOperations
{
    /// <summary>Applies the counterpart of a case's operation.</summary>
    public static Tensor Apply(GoldenCase golden, params IReadOnlyList<Tensor> x) => golden.Operation switch
    {
        "abs" => x[0].Abs(),
        "add" => x[0] + x[1],
        "amax" => x[0].Max(golden.Integers("dim"), golden.Flag("keepdim")),
        "amin" => x[0].Min(golden.Integers("dim"), golden.Flag("keepdim")),
        "argmax" => x[0].ArgMax(golden.Integer("dim"), golden.Flag("keepdim")),
        "cat" => Tensor.Concatenate(golden.Integer("dim"), x),
        "clamp" => x[0].Clamp(golden.Number("min", double.NegativeInfinity), golden.Number("max", double.PositiveInfinity)),
        "div" => x[0] / x[1],
        "embedding" => x[1].IndexSelect(0, x[0], golden.OptionalInteger("padding_idx")),
        "eq" => x[0].EqualTo(x[1]),
        "erf" => x[0].Erf(),
        "exp" => x[0].Exp(),
        "gather" => x[0].Gather(golden.Integer("dim"), x[1]),
        "ge" => x[0] >= x[1],
        "gelu" => golden.Word("approximate") == "tanh" ? x[0].GeluTanh() : x[0].Gelu(),
        "gt" => x[0] > x[1],
        "hardswish" => x[0].HardSwish(),
        "index_select" => x[0].IndexSelect(golden.Integer("dim"), x[1]),
        "le" => x[0] <= x[1],
        "leaky_relu" => x[0].LeakyRelu(golden.Number("negative_slope")),
        "log" => x[0].Log(),
        "lt" => x[0] < x[1],
        "maximum" => x[0].Maximum(x[1]),
        "mean" => x[0].Mean(golden.Integers("dim"), golden.Flag("keepdim")),
        "minimum" => x[0].Minimum(x[1]),
        "mul" => x[0] * x[1],
        "ne" => x[0].NotEqualTo(x[1]),
        "neg" => -x[0],
        "one_hot" => x[0].OneHot(golden.Integer("num_classes"), ElementType.Int64),
        "pad" => Pad(x[0], golden),
        "permute" => x[0].Permute(golden.Integers("dims")),
        "pow" => x.Count == 2 ? x[0].Pow(x[1]) : x[0].Pow(golden.Number("exponent")),
        "reciprocal" => x[0].Reciprocal(),
        "relu" => x[0].Relu(),
        "relu6" => x[0].Relu6(),
        "rsqrt" => x[0].Rsqrt(),
        "scatter_add" => x[0].ScatterAdd(golden.Integer("dim"), x[1], x[2]),
        "sigmoid" => x[0].Sigmoid(),
        "silu" => x[0].Silu(),
        "slice" => x[0].Slice(golden.Column("slices", 0), golden.Column("slices", 1), golden.Column("slices", 2)),
        "sqrt" => x[0].Sqrt(),
        "sub" => x[0] - x[1],
        "sum" => x[0].Sum(golden.Integers("dim"), golden.Flag("keepdim")),
        "tanh" => x[0].Tanh(),
        "to" => x[0].Cast(ElementTypeOf(golden.Word("dtype"))),
        "transpose" => x[0].Transpose(golden.Integer("dim0"), golden.Integer("dim1")),
        "var" => x[0].Variance(golden.Integers("dim"), golden.Integer("correction"), golden.Flag("keepdim")),
        "where" => x[0].Where(x[1], x[2]),
        _ => throw new NotSupportedException($"The operation {golden.Operation} has no counterpart here."),
    };

    private static ElementType ElementTypeOf(string name) => name switch
    {
        "F32" => ElementType.Float32,
        "I32" => ElementType.Int32,
        "I64" => ElementType.Int64,
        "U8" => ElementType.UInt8,
        _ => ElementType.Bool,
    };

    // PyTorch's pad names the amounts before and after each axis from the last one on.
    private static Tensor Pad(Tensor x, GoldenCase golden)
    {
        var pad = golden.Integers("pad");
        var (before, after) = (new int[x.Rank], new int[x.Rank]);
        for (var i = 0; i < pad.Count / 2; i++)
            (before[^(i + 1)], after[^(i + 1)]) = (pad[2 * i], pad[2 * i + 1]);
        return x.Pad(Axes.Create(before), Axes.Create(after), golden.Number("value"));
    }
}
