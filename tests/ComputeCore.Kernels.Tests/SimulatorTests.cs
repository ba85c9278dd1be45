using ComputeCore.Ilgpu;
using ComputeCore.Kernels.Tests.Recurrent;
using ComputeCore.Validation;
using NUnit.Framework;

namespace ComputeCore.Kernels.Tests;

/// <summary>
/// Every kernel as it would run on CUDA: with warps of 32, in ILGPU's simulation. The cases are the samples of all operations, and of
/// the kernels' own tests those that take the kernels that no sample takes.
/// </summary>
public class SimulatorTests
{
    private const string Name = TestDevices.Simulator;

    private static readonly Dictionary<string, Lazy<bool>> Cases = OperationSamples.All
        .Select((sample, i) => ($"{i}: {sample}", (Action)(() => Conformance.CheckResults(TestDevices.Open(Name), sample))))
        .Concat(Conformance.Differentiable.Select((sample, i) => ($"gradient {i}: {sample}", (Action)(() => Conformance.CheckGradients(TestDevices.Open(Name), sample)))))
        .Concat(KernelCases())
        .ToDictionary(item => item.Item1, item => new Lazy<bool>(() => Run(item.Item2)));

    private static IEnumerable<string> Names => Cases.Keys;

    [TestCaseSource(nameof(Names))]
    public void A_case_is_right(string name) => Assert.That(Cases[name].Value);

    [Test]
    public void Every_kernel_is_run_by_a_case()
    {
        foreach (var outcome in Cases.Values)
            _ = outcome.Value;
        var run = ((IlgpuDevice)TestDevices.Open(Name)).CompiledKernels.Select(kernel => kernel.Name).ToHashSet();
        Assert.That(KernelCatalog.All.Select(kernel => kernel.Name).Where(kernel => !run.Contains(kernel)), Is.Empty);
    }

    private static IEnumerable<(string, Action)> KernelCases()
    {
        yield return ("lstm", new RecurrentTests(Name).Lstm_is_right);
    }

    private static bool Run(Action check)
    {
        check();
        return true;
    }
}
