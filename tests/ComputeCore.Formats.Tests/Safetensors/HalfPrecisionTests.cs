using System.Buffers.Binary;
using ComputeCore.Formats.Safetensors;
using NUnit.Framework;

namespace ComputeCore.Formats.Tests.Safetensors;

/// <summary>Half-precision tensors are read as f32: bit patterns beside the values that they stand for by definition.</summary>
public sealed class HalfPrecisionTests
{
    private static readonly (ushort Bits, double Value)[] Halves =
    [
        (0x0000, 0), (0x8000, -0.0), (0x3C00, 1), (0xC000, -2), (0x3555, 1365.0 / 4096), (0x7BFF, 65504), (0x0400, Math.Pow(2, -14)),
        (0x0001, Math.Pow(2, -24)), (0x83FF, -1023 * Math.Pow(2, -24)), (0x7C00, double.PositiveInfinity), (0xFC00, double.NegativeInfinity), (0x7E00, double.NaN),
    ];

    private static readonly (ushort Bits, double Value)[] BrainHalves =
    [
        (0x0000, 0), (0x8000, -0.0), (0x3F80, 1), (0xC000, -2), (0x3DCD, 205.0 / 2048), (0x7F7F, 255 * Math.Pow(2, 120)), (0x0080, Math.Pow(2, -126)),
        (0x0001, Math.Pow(2, -133)), (0x7F80, double.PositiveInfinity), (0xFF80, double.NegativeInfinity), (0x7FC0, double.NaN),
    ];

    private static IEnumerable<TestCaseData> Types() => [new("F16", Halves), new("BF16", BrainHalves)];

    [TestCaseSource(nameof(Types))]
    public void Every_kind_of_number_is_widened_exactly(string type, (ushort Bits, double Value)[] numbers)
    {
        var data = new byte[2 * numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(2 * i), numbers[i].Bits);
        using var file = SafetensorsFile.Parse("halves", SafetensorsBytes.File($$$"""{"x":{"dtype":"{{{type}}}","shape":[{{{numbers.Length}}},1],"data_offsets":[0,{{{data.Length}}}]}}""", data));
        Assert.That(file.TypeOf("x"), Is.EqualTo(new TensorType(ElementType.Float32, [numbers.Length, 1])));
        Assert.That(file.Describe("x"), Is.EqualTo(new StoredTensor(type, [numbers.Length, 1], data.Length)));
        foreach (var tensor in new[] { file.View("x"), file.Read("x") })
            Assert.That(tensor.ToDoubles(), Is.EqualTo(numbers.Select(number => number.Value)));
        // Equality does not tell the zeros apart.
        Assert.That(float.IsNegative(file.View("x").AsSpan<float>()[1]), Is.True);
    }
}
