namespace ComputeCore.Validation.Golden.Families;

internal static class Elementwise
{
    public static IReadOnlyDictionary<string, Call> Calls { get; } = new Dictionary<string, Call>
    {
        ["abs"] = (x, _) => [x[0].Abs()],
        ["add"] = (x, _) => [x[0] + x[1]],
        ["clamp"] = (x, a) => [x[0].Clamp(a.Has("min") ? a.Number("min") : double.NegativeInfinity, a.Has("max") ? a.Number("max") : double.PositiveInfinity)],
        ["div"] = (x, _) => [x[0] / x[1]],
        ["eq"] = (x, _) => [x[0].EqualTo(x[1])],
        ["erf"] = (x, _) => [x[0].Erf()],
        ["exp"] = (x, _) => [x[0].Exp()],
        ["ge"] = (x, _) => [x[0] >= x[1]],
        ["gelu"] = (x, a) => [a.Text("approximate") == "tanh" ? x[0].GeluTanh() : x[0].Gelu()],
        ["gt"] = (x, _) => [x[0] > x[1]],
        ["hardswish"] = (x, _) => [x[0].HardSwish()],
        ["le"] = (x, _) => [x[0] <= x[1]],
        ["leaky_relu"] = (x, a) => [x[0].LeakyRelu(a.Number("negative_slope"))],
        ["log"] = (x, _) => [x[0].Log()],
        ["lt"] = (x, _) => [x[0] < x[1]],
        ["maximum"] = (x, _) => [x[0].Maximum(x[1])],
        ["minimum"] = (x, _) => [x[0].Minimum(x[1])],
        ["mul"] = (x, _) => [x[0] * x[1]],
        ["ne"] = (x, _) => [x[0].NotEqualTo(x[1])],
        ["neg"] = (x, _) => [-x[0]],
        ["pow"] = (x, a) => [a.Has("exponent") ? x[0].Pow(a.Number("exponent")) : x[0].Pow(x[1])],
        ["reciprocal"] = (x, _) => [x[0].Reciprocal()],
        ["relu"] = (x, _) => [x[0].Relu()],
        ["relu6"] = (x, _) => [x[0].Relu6()],
        ["rsqrt"] = (x, _) => [x[0].Rsqrt()],
        ["sigmoid"] = (x, _) => [x[0].Sigmoid()],
        ["silu"] = (x, _) => [x[0].Silu()],
        ["sqrt"] = (x, _) => [x[0].Sqrt()],
        ["sub"] = (x, _) => [x[0] - x[1]],
        ["tanh"] = (x, _) => [x[0].Tanh()],
        ["to"] = (x, a) => [x[0].Cast(TypeOf(a.Text("dtype")))],
        ["where"] = (x, _) => [x[0].Where(x[1], x[2])],
    };

    private static ElementType TypeOf(string name) => name switch
    {
        "F32" => ElementType.Float32,
        "I64" => ElementType.Int64,
        "I32" => ElementType.Int32,
        "U8" => ElementType.UInt8,
        "BOOL" => ElementType.Bool,
        _ => throw new FormatException($"{name} is no element type of the golden files."),
    };
}
