using System.Runtime.CompilerServices;
using NUnit.Framework;

namespace ComputeCore.Kernels.Cpu.Tests;

internal sealed unsafe class GuardedArrayTests
{
    private const int Length = 100_000;

    [Test]
    public void Memory_whose_address_alone_is_known_stays()
    {
        var pointer = Create();
        GC.Collect();
        for (var i = 0; i < 20; i++)
            Create(i);
        Assert.That(new Span<int>(pointer, Length).ContainsAnyExcept(-1), Is.False);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int* Create(int value = -1) => new GuardedArray<int>(Length, _ => value);
}
