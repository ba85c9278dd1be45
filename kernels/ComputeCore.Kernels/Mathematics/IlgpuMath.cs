// What ILGPU 1.5.3 makes of a * b + c, found by reading what it generates:
//   PTX       mul.f32 and add.f32 without a rounding modifier, which the driver's assembler may contract to one fma, and does
//   OpenCL C  two statements, which compilers contract only under -cl-mad-enable; PoCL does not
// It has no name for the fused operation: MathF.FusedMultiplyAdd is unknown to it, and its own MultiplyAdd value is never built.
// A kernel that calls MathF.FusedMultiplyAdd gets fma.rn.f32 and fma() by what is registered here. The SPIR-V compiler makes it
// GLSL.std.450's Fma, which lavapipe carries out as two operations: nothing in these kernels is right only if it is fused.
using System.Reflection;
using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.Frontend.Intrinsic;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;

namespace ComputeCore.Kernels.Mathematics;

/// <summary>Teaches ILGPU <see cref="MathF.FusedMultiplyAdd"/>.</summary>
internal static class IlgpuMath
{
    static IlgpuMath() => RemappedIntrinsics.AddRemapping(
        typeof(MathF), typeof(IlgpuMath), nameof(MathF.FusedMultiplyAdd), [typeof(float), typeof(float), typeof(float)]);

    /// <summary>Makes the function known to the kernels of a context; to be called before it compiles any.</summary>
    public static void Register(Context context)
    {
        var function = typeof(IlgpuMath).GetMethod(nameof(FusedMultiplyAdd))!;
        var intrinsics = context.GetIntrinsicManager();
        intrinsics.RegisterMethod(function, new PTXIntrinsic(Generator(nameof(GeneratePtx)), IntrinsicImplementationMode.GenerateCode));
        intrinsics.RegisterMethod(function, new CLIntrinsic(Generator(nameof(GenerateOpenCl)), IntrinsicImplementationMode.GenerateCode));
    }

    /// <summary>What the call in a kernel becomes; never run.</summary>
    [IntrinsicImplementation]
    public static float FusedMultiplyAdd(float a, float b, float c) => a * b + c;

    private static MethodInfo Generator(string name) => typeof(IlgpuMath).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!;

    private static void GeneratePtx(PTXBackend backend, PTXCodeGenerator generator, Value call)
    {
        var (a, b, c) = (generator.LoadPrimitive(call[0]), generator.LoadPrimitive(call[1]), generator.LoadPrimitive(call[2]));
        var result = generator.AllocateHardware(call);
        using var command = generator.BeginCommand("fma.rn.f32");
        command.AppendArgument(result);
        command.AppendArgument(a);
        command.AppendArgument(b);
        command.AppendArgument(c);
    }

    private static void GenerateOpenCl(CLBackend backend, CLCodeGenerator generator, Value call)
    {
        var (a, b, c) = (generator.Load(call[0]), generator.Load(call[1]), generator.Load(call[2]));
        using var statement = generator.BeginStatement(generator.Allocate(call));
        statement.AppendCommand("fma");
        statement.BeginArguments();
        statement.AppendArgument(a);
        statement.AppendArgument(b);
        statement.AppendArgument(c);
        statement.EndArguments();
    }
}
