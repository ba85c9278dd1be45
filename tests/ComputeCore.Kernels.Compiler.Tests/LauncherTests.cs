using ILGPU;
using NUnit.Framework;

namespace ComputeCore.Kernels.Compiler.Tests;

internal interface IScale
{
    float Apply(float x);
}

internal struct Twice : IScale
{
    public readonly float Apply(float x) => 2 * x;
}

internal static partial class Launched
{
    [Kernel]
    internal static void Fill(ArrayView<float> output, byte flag, int count, long offset, float value)
    {
        if (Grid.GlobalIndex.X < count && flag != 0)
            output[Grid.GlobalIndex.X + offset] = value;
    }

    [Kernel]
    [KernelInstance(typeof(Twice))]
    internal static void Map<TScale>(ArrayView<float> output, ArrayView<float> input)
        where TScale : struct, IScale => output[Grid.GlobalIndex.X] = default(TScale).Apply(input[Grid.GlobalIndex.X]);
}

/// <summary>The launch methods and the metadata that are generated beside kernels.</summary>
public sealed class LauncherTests
{
    private sealed class Memory : IKernelMemory;

    [Test]
    public void ALaunchCarriesItsArgumentsInOrder()
    {
        var memory = new Memory();
        var dispatch = Launched.Dispatch.Fill(3, new Extent(8, 2), new DeviceView<float>(memory, 64, 10), 1, 7, -1, 2.5f);
        Assert.Multiple(() =>
        {
            Assert.That(dispatch.Method, Is.SameAs(Launched.Methods.Fill));
            Assert.That(dispatch.Grid, Is.EqualTo(new Extent(3)));
            Assert.That(dispatch.Group, Is.EqualTo(new Extent(8, 2)));
            Assert.That(dispatch.Arguments[0], Is.EqualTo(new KernelArgument(memory, 64, 40, null)));
            Assert.That(dispatch.Arguments.Skip(1).Select(argument => argument.Scalar), Is.EqualTo(new object[] { (byte)1, 7, -1L, 2.5f }));
        });
    }

    [Test]
    public void ScalarsAreLaidOutAtTheirNaturalAlignment() => Assert.That(
        Launched.Methods.Fill.Parameters.Select(parameter => (parameter.Name, parameter.IsView, parameter.Slot, parameter.Size)),
        Is.EqualTo(new[] { ("output", true, 0, 4), ("flag", false, 0, 1), ("count", false, 4, 4), ("offset", false, 8, 8), ("value", false, 16, 4) }));

    [Test]
    public void AMethodIsFoundByReflection() => Assert.Multiple(() =>
    {
        Assert.That(Launched.Methods.Fill.Method.Name, Is.EqualTo("Fill"));
        Assert.That(Launched.Methods.Map<Twice>().Method.GetGenericArguments(), Is.EqualTo(new[] { typeof(Twice) }));
        Assert.That(Launched.Methods.Map<Twice>(), Is.SameAs(Launched.Methods.Map<Twice>()));
        Assert.That(Launched.Methods.Map<Twice>().Name, Is.EqualTo("Launched.Map<Twice>"));
    });

    [Test]
    public void TheCatalogListsEveryKernelAndInstance() => Assert.That(
        KernelCatalog.All.Select(kernel => kernel.Name), Is.SupersetOf(new[] { "Launched.Fill", "Launched.Map<Twice>" }));
}
