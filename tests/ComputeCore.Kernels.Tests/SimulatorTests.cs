using System.Diagnostics;
using ComputeCore.Graphs;
using ComputeCore.Ilgpu;
using ComputeCore.Kernels.Tests.Attention;
using ComputeCore.Kernels.Tests.Convolution;
using ComputeCore.Kernels.Tests.Gemm;
using ComputeCore.Kernels.Tests.Indexing;
using ComputeCore.Kernels.Tests.Recurrent;
using ComputeCore.Kernels.Tests.Reduction;
using ComputeCore.Kernels.Tests.Softmax;
using ComputeCore.Operations;
using ComputeCore.Validation;
using NUnit.Framework;

namespace ComputeCore.Kernels.Tests;

/// <summary>
/// Every kernel as it would run on CUDA: with warps of 32, in ILGPU's simulation. That is slow, so that of the operations' samples, small
/// ones first, only those run that take a kernel for the first time. Kernels that no sample takes are run by cases of their own tests.
/// </summary>
public class SimulatorTests
{
    private const string Name = TestDevices.Simulator;

    private static IlgpuDevice Device => (IlgpuDevice)TestDevices.Open(Name);

    [Test]
    public void Every_kernel_is_right() => Assert.Multiple(() =>
    {
        foreach (var (name, check) in KernelCases())
            Assert.That(() => Timed(name, check), Throws.Nothing, name);
        foreach (var sample in OperationSamples.All.OrderBy(Size))
        {
            var known = Compiled().Count;
            using (var function = new Function(Device, inputs => [.. Node.ApplyMany(sample.Operation, inputs)]))
                function.For(sample.Inputs());
            if (Compiled().Count > known)
                Assert.That(() => Timed($"{sample}", () => Conformance.CheckResults(Device, sample)), Throws.Nothing, $"{sample}");
        }

        var run = Compiled();
        Assert.That(KernelCatalog.All.Select(kernel => kernel.Name).Where(kernel => !run.Contains(kernel)), Is.Empty, "kernels that nothing ran");
    });

    private static void Timed(string name, Action check)
    {
        var start = Stopwatch.GetTimestamp();
        check();
        TestContext.Progress.WriteLine($"{Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s: {name}");
    }

    private static HashSet<string> Compiled()
    {
        var catalog = KernelCatalog.All.Select(kernel => kernel.Name).ToHashSet();
        return [.. Device.CompiledKernels.Select(kernel => kernel.Name).Where(catalog.Contains)];
    }

    private static long Size(Sample sample) => sample.Inputs.Sum(input => input.Type.Shape.ElementCount);

    private static IEnumerable<(string, Action)> KernelCases()
    {
        var gemm = new GemmTests(Name);
        foreach (var variant in GemmTests.Variants)
            yield return ($"product {variant}", () => gemm.A_product_is_right(variant, false, true, 3));
        yield return ("split product", () => gemm.A_split_depth_is_right("32x32", 4));
        foreach (var transpose in (bool[])[false, true])
        {
            yield return ($"row times matrix, {transpose}", () => gemm.A_vector_times_a_matrix_is_right(1, 30, 77, transpose));
            yield return ($"matrix times column, {transpose}", () => gemm.A_vector_times_a_matrix_is_right(10, 1, 260, transpose));
        }

        var convolution = new ConvolutionTests(Name);
        foreach (var variant in ConvolutionTests.Variants)
        {
            yield return ($"convolution {variant}", () => convolution.Forward_is_right(variant, 0));
            yield return ($"convolution's data gradient {variant}", () => convolution.Data_gradient_is_right(variant, 0));
            yield return ($"convolution's weights gradient {variant}", () => convolution.Weights_gradient_is_right(variant, 0, 3));
        }

        yield return ("strided convolution panels", () => convolution.Forward_is_right("panels", 1));
        foreach (var type in (ElementType[])[ElementType.Float32, ElementType.Int64, ElementType.UInt8])
        {
            yield return ($"copy of {type}", () => new MovementTests(Name).A_matrix_is_transposed(type, 1, 8));
            yield return ($"transpose of {type}", () => new MovementTests(Name).A_matrix_is_transposed(type, 33, 65));
            yield return ($"margin of {type}", () => new MovementTests(Name).A_margin_is_put_around_many_axes(type));
            yield return ($"rows of {type}", () => new MovementTests(Name).Rows_are_written_into_a_cache(type));
            yield return ($"parts of {type}", () => new IndexTests(Name).Parts_of_any_element_size_are_selected(type));
            yield return ($"elements of {type}", () => new IndexTests(Name).Elements_of_any_size_are_gathered(type));
        }

        foreach (var reduction in (Operation[])[new ArgMax(1), new Max(Axes.Create([1])), new Min(Axes.Create([1]))])
            yield return ($"{reduction} of i32", () => Conformance.CheckResults(Device, new Sample(reduction, Draw.Integers([3, 50], ElementType.Int32, -9, 9))));
        yield return ("sorted parts", new IndexTests(Name).Parts_that_meet_are_added_in_the_order_of_their_indices);
        yield return ("sorted elements", new IndexTests(Name).Elements_that_meet_are_added_in_the_order_of_the_source);
        yield return ("naive softmax", () => new SoftmaxTests(Name).The_fast_kernel_agrees_with_the_naive_one(0));
        yield return ("naive reduction", () => new ReductionTests(Name).The_fast_kernel_agrees_with_the_naive_one(6));
        yield return ("naive attention", () => new AttentionTests(Name).The_naive_kernel_is_right(0.2));
        yield return ("LSTM", new RecurrentTests(Name).Lstm_is_right);
        yield return ("GRU", new RecurrentTests(Name).Gru_is_right);
    }
}
