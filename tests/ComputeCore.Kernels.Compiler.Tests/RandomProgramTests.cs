using System.Reflection;
using ComputeCore.Accelerators;
using ComputeCore.Kernels.Compiler.Modules;
using ComputeCore.Kernels.Testing;
using Microsoft.CodeAnalysis;
using NUnit.Framework;

namespace ComputeCore.Kernels.Compiler.Tests;

/// <summary>
/// A thousand random programs, compiled by Roslyn for the host and by this compiler for lavapipe: each gives the same for all
/// inputs. Many make one module, of which one launch runs all.
/// </summary>
public sealed class RandomProgramTests
{
    private const int Batches = 20;
    private const int ProgramsPerBatch = 50;

    private static readonly int[] Inputs = [0, 1, -1, 2, 3, -7, 12, 31, 100, 255, 1000, -65537, 123456789, int.MaxValue, int.MinValue, 77];

    [Test]
    public void ProgramsComputeTheSame([Range(0, Batches - 1)] int batch)
    {
        var methods = Enumerable.Range(0, ProgramsPerBatch).Select(i => new RandomProgram(batch * ProgramsPerBatch + i).Method($"P{i}")).ToArray();
        var calls = string.Concat(Enumerable.Range(0, ProgramsPerBatch).Select(i => $"output[{i} * n + at] = P{i}(x[at], y[at]);\n"));
        var source = $$"""
            public static partial class Programs
            {
                [Kernel]
                public static void Run(ArrayView<int> output, ArrayView<int> x, ArrayView<int> y, int n)
                {
                    var at = Grid.GlobalIndex.X;
                    {{calls}}
                }

                {{RandomProgram.Helpers}}

                {{string.Join("\n", methods.Select(method => "public " + method))}}
            }
            """;
        var pairs = Inputs.SelectMany(x => Inputs.Select(y => (x, y))).ToArray();
        var compilation = Compilations.Of(source);
        var expected = Host(compilation, pairs);
        var actual = Lavapipe(compilation, pairs);
        for (var i = 0; i < ProgramsPerBatch; i++)
        {
            var results = actual.Skip(i * pairs.Length).Take(pairs.Length);
            var wrong = pairs.Zip(expected[i], results).Where(result => result.Second != result.Third).ToArray();
            Assert.That(wrong.Take(3), Is.Empty, methods[i]);
        }
    }

    private static int[][] Host(Compilation compilation, (int X, int Y)[] pairs)
    {
        using var image = new MemoryStream();
        var emitted = compilation.Emit(image);
        Assert.That(emitted.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Take(3), Is.Empty);
        var type = Assembly.Load(image.ToArray()).GetType("Programs")!;
        return [.. Enumerable.Range(0, ProgramsPerBatch).Select(i =>
        {
            var method = type.GetMethod($"P{i}")!.CreateDelegate<Func<int, int, int>>();
            return pairs.Select(pair => method(pair.X, pair.Y)).ToArray();
        })];
    }

    private static int[] Lavapipe(Compilation compilation, (int X, int Y)[] pairs)
    {
        const int group = 64;
        var kernel = compilation.GetTypeByMetadataName("Programs")!.GetMembers("Run").OfType<IMethodSymbol>().Single();
        var module = KernelCompiler.Kernel(compilation, kernel, []);
        Assert.That(module.Errors.Select(error => error.ToDiagnostic().ToString()), Is.Empty);
        Assert.That(SpirvValidator.Complaints(module.Module), Is.Empty);

        var device = LavapipeDevice.Shared;
        using var output = device.AllocateBuffer<int>(ProgramsPerBatch * pairs.Length);
        using var x = Buffer(device, [.. pairs.Select(pair => pair.X)]);
        using var y = Buffer(device, [.. pairs.Select(pair => pair.Y)]);
        var signature = new KernelSignature().View<int>("output").View<int>("x").View<int>("y").Scalar<int>("n");
        var method = new KernelMethod("Programs.Run", signature.Parameters, () => throw new NotSupportedException(), () => module.Module);
        device.Launch(new KernelDispatch(
            method,
            pairs.Length / group,
            group,
            [KernelArgument.View(output.View), KernelArgument.View(x.View), KernelArgument.View(y.View), KernelArgument.Value(pairs.Length)]));
        return output.ToArray();
    }

    private static DeviceBuffer<int> Buffer(AcceleratorDevice device, int[] values)
    {
        var buffer = device.AllocateBuffer<int>(values.Length);
        buffer.Write(values);
        return buffer;
    }
}
