using ComputeCore.Kernels.Mathematics;

namespace ComputeCore.Kernels.Elementwise.Functions;

internal static partial class FloatFunctions
{
    private const float SqrtHalf = 0.707106781f;
    private const float SqrtTwoOverPi = 0.797884561f;
    private const float OneOverSqrtTwoPi = 0.398942280f;
    private const float GeluCubic = 0.044715f;

    /// <summary>max(x, 0); NaN stays NaN.</summary>
    [DeviceFunction]
    public static float Relu(float x) => x < 0f ? 0f : x;

    /// <summary>min(max(x, 0), 6): Howard et al., "MobileNets", 2017.</summary>
    [DeviceFunction]
    public static float Relu6(float x) => x < 0f ? 0f : x > 6f ? 6f : x;

    /// <summary>x where positive, else slope x: Maas et al., 2013.</summary>
    [DeviceFunction]
    public static float LeakyRelu(float x, float slope) => x > 0f ? x : slope * x;

    /// <summary>x min(max(x + 3, 0), 6) / 6: Howard et al., "Searching for MobileNetV3", 2019.</summary>
    [DeviceFunction]
    public static float HardSwish(float x) => x * Relu6(x + 3f) / 6f;

    /// <summary>x sigmoid(x): Elfwing et al., 2017; also called Swish.</summary>
    [DeviceFunction]
    public static float Silu(float x) => x * DeviceMath.Sigmoid(x);

    /// <summary>x times the normal distribution function at x: Hendrycks and Gimpel, "Gaussian error linear units", 2016.</summary>
    [DeviceFunction]
    public static float Gelu(float x) => x * 0.5f * (1f + DeviceMath.Erf(x * SqrtHalf));

    /// <summary>GELU's approximation by tanh, from the same paper; GPT-2's activation.</summary>
    [DeviceFunction]
    public static float GeluTanh(float x) => x * 0.5f * (1f + DeviceMath.Tanh(GeluTanhArgument(x)));

    /// <summary>dy (Φ(x) + x φ(x)), with the normal distribution function and its density.</summary>
    [DeviceFunction]
    public static float GeluGradient(float x, float dy)
    {
        var distribution = 0.5f * (1f + DeviceMath.Erf(x * SqrtHalf));
        var density = OneOverSqrtTwoPi * DeviceMath.Exp(x * x * -0.5f);
        return dy * MathF.FusedMultiplyAdd(x, density, distribution);
    }

    /// <summary>dy ((1 + t)/2 + x/2 (1 - t²) u'), with u = √(2/π) (x + 0.044715 x³) and t = tanh u.</summary>
    [DeviceFunction]
    public static float GeluTanhGradient(float x, float dy)
    {
        var t = DeviceMath.Tanh(GeluTanhArgument(x));
        var slope = SqrtTwoOverPi * MathF.FusedMultiplyAdd(x * x, 3f * GeluCubic, 1f);
        return dy * 0.5f * MathF.FusedMultiplyAdd(x * (1f - t * t), slope, 1f + t);
    }

    private static float GeluTanhArgument(float x) => SqrtTwoOverPi * MathF.FusedMultiplyAdd(x * x * GeluCubic, x, x);
}
