using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NUnit.Framework;
using NUnit.Framework.Interfaces;

[assembly: ComputeCore.Kernels.Cpu.Tests.KeepsGuardedArrays]

namespace ComputeCore.Kernels.Cpu.Tests;

/// <summary>
/// An array for kernels under test: pinned, at an address that is not vector-aligned, with guard elements on both sides
/// that show a kernel writing outside its output. It lives until its test has ended: kernels hold its address alone, which
/// does not keep the garbage collector from taking it.
/// </summary>
internal sealed unsafe class GuardedArray<T>
    where T : unmanaged
{
    private const int Guard = 67;
    private const byte GuardByte = 0xA5;

    private readonly T[] storage;

    public GuardedArray(int length)
    {
        Length = length;
        storage = GC.AllocateUninitializedArray<T>(length + 2 * Guard, pinned: true);
        MemoryMarshal.AsBytes(storage.AsSpan()).Fill(GuardByte);
        Pointer = (T*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(storage)) + Guard;
        KeepsGuardedArraysAttribute.Keep(storage);
    }

    public GuardedArray(int length, Func<int, T> value)
        : this(length)
    {
        for (var i = 0; i < length; i++)
            this[i] = value(i);
    }

    public GuardedArray(params T[] values)
        : this(values.Length, i => values[i])
    {
    }

    public int Length { get; }

    public T* Pointer { get; }

    public ReadOnlySpan<T> Span => storage.AsSpan(Guard, Length);

    public ref T this[int i] => ref storage[Guard + i];

    public static implicit operator T*(GuardedArray<T>? array) => array is null ? null : array.Pointer;

    public GuardedArray<T> Clone() => new(Length, i => this[i]);

    public void AssertNothingWrittenAround()
    {
        var before = MemoryMarshal.AsBytes(storage.AsSpan(0, Guard));
        var behind = MemoryMarshal.AsBytes(storage.AsSpan(Guard + Length, Guard));
        Assert.That(before.ContainsAnyExcept(GuardByte) || behind.ContainsAnyExcept(GuardByte), Is.False, "written outside the array");
    }

    /// <summary>The same bits, element by element.</summary>
    public void AssertSameBits(GuardedArray<T> expected) =>
        Assert.That(MemoryMarshal.AsBytes(Span).SequenceEqual(MemoryMarshal.AsBytes(expected.Span)), Is.True, "bits differ");
}

/// <summary>Keeps the arrays of a test until it has ended.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class KeepsGuardedArraysAttribute : Attribute, ITestAction
{
    private static readonly List<Array> Kept = [];

    public ActionTargets Targets => ActionTargets.Test;

    public static void Keep(Array storage) => Kept.Add(storage);

    public void BeforeTest(ITest test)
    {
    }

    public void AfterTest(ITest test) => Kept.Clear();
}

internal static class GuardedArrays
{
    /// <summary>Normally distributed numbers, the same for the same seed.</summary>
    public static GuardedArray<float> Normal(int length, int seed, float scale = 1, float mean = 0)
    {
        var random = new Random(seed);
        return new(length, _ => mean + scale * (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())));
    }

    /// <summary>|actual - expected| ≤ tolerance (1 + |expected|) everywhere; NaN equals NaN; and nothing written outside.</summary>
    public static void AssertClose(this GuardedArray<float> actual, double[] expected, double tolerance)
    {
        Assert.That(actual.Length, Is.EqualTo(expected.Length));
        for (var i = 0; i < expected.Length; i++)
        {
            var same = double.IsNaN(expected[i])
                ? float.IsNaN(actual[i])
                : actual[i] == expected[i] || Math.Abs(actual[i] - expected[i]) <= tolerance * (1 + Math.Abs(expected[i]));
            if (!same)
                Assert.Fail($"element {i}: {actual[i]:R}, expected {expected[i]:R}");
        }

        actual.AssertNothingWrittenAround();
    }
}
