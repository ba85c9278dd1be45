using System.Reflection;
using System.Text.RegularExpressions;
using ComputeCore.Kernels.Mathematics;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;

namespace ComputeCore.Kernels.Tests;

/// <summary>What ILGPU makes of a kernel for NVIDIA's devices; no such device is needed.</summary>
internal static class PtxCode
{
    /// <summary>Fused multiplications and additions.</summary>
    public static readonly Regex Fma = new(@"\bfma\.rn\.f32\b");

    // A label, or a branch.
    private static readonly Regex BlockEnd = new(@"^\s*(?:\$?\w+:|(?:@!?\S+\s+)?bra\b.*)", RegexOptions.Multiline);

    private static readonly Lazy<Context> Compiler = new(() =>
    {
        var context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2));
        IlgpuMath.Register(context);
        return context;
    });

    private static readonly Dictionary<CudaArchitecture, PTXBackend> Backends = [];

    /// <summary>The straight pieces of code that multiply what they read from shared memory: the bodies of inner loops.</summary>
    public static IReadOnlyList<string> InnerLoops(string code) =>
        [.. BlockEnd.Split(code).Where(block => block.Contains("ld.shared", StringComparison.Ordinal) && Fma.Count(block) >= 16)];

    /// <summary>The PTX of a kernel for sm_80.</summary>
    public static string Of(Type type, string kernel) => Of(type.GetMethod(kernel, BindingFlags.Public | BindingFlags.Static)!, CudaArchitecture.SM_80);

    /// <summary>The PTX of a kernel.</summary>
    public static string Of(MethodInfo method, CudaArchitecture architecture)
    {
        if (!Backends.TryGetValue(architecture, out var backend))
            Backends[architecture] = backend = new PTXBackend(Compiler.Value, architecture, CudaInstructionSet.ISA_75, null!);
        return ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(method), default)).PTXAssembly;
    }
}
