using System.Runtime.InteropServices;
using ComputeCore.Kernels.Compiler.Modules;
using ComputeCore.Kernels.Spirv;
using ComputeCore.Kernels.Testing;
using Microsoft.CodeAnalysis;
using NUnit.Framework;

namespace ComputeCore.Kernels.Compiler.Tests;

/// <summary>What modules hold besides code that runs: debug information, capabilities, exported functions.</summary>
public sealed class ModuleTests
{
    [Test]
    public void DebugBuildsCarryNamesAndLines([Values] bool isDebug)
    {
        var methods = Enumerable.Range(0, 20).Select(i => "public " + new RandomProgram(5000 + i).Method($"P{i}"));
        var calls = string.Concat(Enumerable.Range(0, 20).Select(i => $"a[{i}] = P{i}(a[0], a[1]); "));
        var module = Compile($"static partial class K {{ [Kernel] public static void Run(ArrayView<int> a) {{ {calls} }}\n{RandomProgram.Helpers}\n{string.Join("\n", methods)} }}", isDebug);
        Assert.That(SpirvValidator.Complaints(module), Is.Empty);
        var found = Instructions(module).Select(instruction => instruction.Op).ToHashSet();
        Assert.That(found.Contains(Op.Name), Is.EqualTo(isDebug));
        Assert.That(found.Contains(Op.Line), Is.EqualTo(isDebug));
    }

    [TestCase("a[0] = (int)a.Length;", Capability.Shader)]
    [TestCase("for (var i = 0; i < a.Length; i++) a[i] = i;", Capability.Shader)]
    [TestCase("a[0] = (byte)a[1] + (short)a[2];", Capability.Shader)]
    [TestCase("a[0] = (int)((long)a[1] * a[2] >> 32);", Capability.Shader, Capability.Int64)]
    [TestCase("a[0] = (int)(a[1] * 0.5);", Capability.Shader, Capability.Float64)]
    [TestCase("a.Cast<byte>()[1] = 2;", Capability.Shader, Capability.StorageBuffer8BitAccess)]
    public void AModuleAsksOnlyForWhatItUses(string body, params object[] capabilities)
    {
        var module = Compile($"static partial class K {{ [Kernel] public static void Run(ArrayView<int> a) {{ {body} }} }}", isDebug: false);
        var declared = Instructions(module).Where(instruction => instruction.Op == Op.Capability).Select(instruction => (Capability)instruction.Operands[0]);
        Assert.That(declared, Is.EquivalentTo(capabilities));
    }

    [Test]
    public void DeviceFunctionsAreExportedByName()
    {
        var compilation = Compilations.Of(
            "namespace N { static class F { [DeviceFunction] public static float Twice(float x) => 2 * x; " +
            "[DeviceFunction] public static float Pick(float x, int n) { switch (n) { case 1: return Twice(x); case 7: return -x; default: return MathF.Sqrt(x); } } } }");
        var methods = compilation.GetTypeByMetadataName("N.F")!.GetMembers().OfType<IMethodSymbol>().Where(method => method.MethodKind == MethodKind.Ordinary);
        var library = KernelCompiler.Library(compilation, methods);
        Assert.That(library.Errors, Is.Empty);
        Assert.That(SpirvValidator.Complaints(library.Module, "spv1.3"), Is.Empty);

        var target = new ModuleBuilder();
        target.Add(Capability.Shader);
        var linker = new ModuleLinker(target, Words(library.Module));
        Assert.That(linker.Exports, Is.EquivalentTo(new[] { "N.F.Twice", "N.F.Pick" }));
        target.Export(linker.Function("N.F.Pick"), "Again");
        Assert.That(SpirvValidator.Complaints(target.ToBytes(), "spv1.3"), Is.Empty);
    }

    private static byte[] Compile(string source, bool isDebug)
    {
        var compilation = Compilations.Of(source, isDebug);
        var kernel = compilation.GetTypeByMetadataName("K")!.GetMembers("Run").OfType<IMethodSymbol>().Single();
        var module = KernelCompiler.Kernel(compilation, kernel, []);
        Assert.That(module.Errors.Select(error => error.ToDiagnostic().ToString()), Is.Empty);
        return module.Module;
    }

    private static uint[] Words(byte[] module) => MemoryMarshal.Cast<byte, uint>(module).ToArray();

    private static IEnumerable<Instruction> Instructions(byte[] module) => Instruction.Read(Words(module));
}
