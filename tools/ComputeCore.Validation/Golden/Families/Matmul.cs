namespace ComputeCore.Validation.Golden.Families;

internal static class Matmul
{
    public static IReadOnlyDictionary<string, Call> Calls { get; } = new Dictionary<string, Call>
    {
        ["matmul"] = (x, a) => [x[0].MatMul(x[1], a.Flag("transposeA"), a.Flag("transposeB"))],
        ["linear"] = (x, _) => [x is [.., var bias] && x.Length == 3 ? x[0].MatMul(x[1], transposeOther: true) + bias : x[0].MatMul(x[1], transposeOther: true)],
    };
}
