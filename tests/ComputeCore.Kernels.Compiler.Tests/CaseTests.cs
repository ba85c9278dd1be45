using ComputeCore.Kernels.Compiler.Tests.Cases;
using NUnit.Framework;

namespace ComputeCore.Kernels.Compiler.Tests;

/// <summary>Each construct of C# in a kernel of its own: the same C# runs on the host, and the results agree bit for bit.</summary>
public sealed class CaseTests
{
    private static readonly int[] Integers =
        [0, 1, -1, 2, 3, 5, 7, 9, 11, 17, -3, 31, 32, 33, 63, 64, 97, 100, 122, 127, 128, 255, 256, -128, -200, 500, 1000, 32767, 65535, 65536, 123456789, -987654321, int.MaxValue, int.MinValue];

    private static readonly float[] Floats =
    [
        0, -0f, 1, -1, 0.5f, 1.5f, 2.5f, -2.5f, 3, 7.75f, 100.25f, -255.5f, 0.1f, 1e-3f, 12345.678f, 65504, 65520, 70000, 1e9f, -1e9f, 2147483648f, -2147483904f, 4294967296f, 1e10f,
        9.3e18f, -9.3e18f, 1.9e19f, 1e30f, float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN,
    ];

    private static IEnumerable<KernelMethod> Kernels => KernelCatalog.All;

    private static IEnumerable<TestCaseData> Instances(string kernel) =>
        Kernels.Where(method => method.Name.StartsWith("CaseKernels." + kernel, StringComparison.Ordinal))
            .Select(method => new TestCaseData(method).SetArgDisplayNames(method.Name.Split('<', '>')[1]));

    private static IEnumerable<TestCaseData> IntegerCases() => Instances("Integers");

    private static IEnumerable<TestCaseData> FloatCases() => Instances("Floats");

    [TestCaseSource(nameof(IntegerCases))]
    public void IntegersAreAsOnTheHost(KernelMethod kernel) => Run(kernel, Integers, (a, b) => a == b);

    // Of NaN there is one, and zeros of both signs are equal: drivers may drop the addition of a zero. Cases divide by zeros that matter.
    [TestCaseSource(nameof(FloatCases))]
    public void FloatsAreAsOnTheHost(KernelMethod kernel) => Run(kernel, Floats, (a, b) => a == b || (float.IsNaN(a) && float.IsNaN(b)));

    [Test]
    public void EveryCaseIsAKernel()
    {
        var structs = typeof(CaseTests).Assembly.GetTypes().Where(type => type.IsValueType && type.GetInterfaces().Any(face => face.Name == "ICase`1")).Select(type => type.Name);
        var instances = Kernels.Where(kernel => kernel.Name.StartsWith("CaseKernels", StringComparison.Ordinal)).Select(kernel => kernel.Name.Split('<', '>')[1]);
        Assert.That(instances, Is.EquivalentTo(structs));
    }

    private static void Run<T>(KernelMethod kernel, T[] values, Func<T, T, bool> equal)
        where T : unmanaged
    {
        var host = (ICase<T>)Activator.CreateInstance(kernel.Method.GetGenericArguments()[0])!;
        var pairs = values.SelectMany(x => values.Select(y => (x, y))).ToArray();
        var actual = Launch(kernel, [.. pairs.Select(pair => pair.x)], [.. pairs.Select(pair => pair.y)]);
        var wrong = pairs.Select((pair, i) => (pair.x, pair.y, Expected: host.Apply(pair.x, pair.y), Actual: actual[i])).Where(result => !equal(result.Expected, result.Actual));
        Assert.That(wrong.Take(5), Is.Empty);
    }

    private static T[] Launch<T>(KernelMethod kernel, T[] x, T[] y)
        where T : unmanaged
    {
        const int group = 64;
        var device = LavapipeDevice.Shared;
        using var output = device.AllocateBuffer<T>(x.Length);
        using var first = device.AllocateBuffer<T>(x.Length);
        using var second = device.AllocateBuffer<T>(x.Length);
        first.Write(x);
        second.Write(y);
        device.Launch(new KernelDispatch(
            kernel,
            Extent.Cover(x.Length, group),
            group,
            [KernelArgument.View(output.View), KernelArgument.View(first.View), KernelArgument.View(second.View)]));
        return output.ToArray();
    }
}
