using ComputeCore.Devices;
using NUnit.Framework;

namespace ComputeCore.Tests.Graphs;

public class InitialValueTests
{
    private static readonly TensorType Type = new(ElementType.Float32, [2]);

    [Test]
    public void A_value_is_made_once_when_it_is_first_needed()
    {
        var made = 0;
        using var variable = new Variable("x", new InitialValue(Type, bytes => TensorData.From<float>([2], ++made, 7).Bytes.CopyTo(bytes)));
        Assert.That(made, Is.Zero);
        using var device = Device.Open("cpu");
        using var function = new Function(device, _ => [variable.ToTensor() * 2]);
        Assert.That(variable.Read().ToDoubles(), Is.EqualTo(new[] { 1.0, 7 }));
        Assert.That(function.Run()[0].ToDoubles(), Is.EqualTo(new[] { 2.0, 14 }));
        Assert.That(made, Is.EqualTo(1));
    }

    [Test]
    public void A_value_that_is_written_over_is_never_made()
    {
        using var variable = new Variable("x", new InitialValue(Type, _ => throw new InvalidOperationException()));
        variable.Write(TensorData.From<float>([2], 3, 4));
        Assert.That(variable.Read().ToDoubles(), Is.EqualTo(new[] { 3.0, 4 }));
    }

    [Test]
    public void A_value_of_zeros_is_zero_before_and_on_the_device([Values("cpu", "reference")] string name)
    {
        using var variable = new Variable("x", InitialValue.Zeros(Type));
        using var other = new Variable("y", InitialValue.Zeros(Type));
        Assert.That(variable.Read().ToDoubles(), Is.EqualTo(new[] { 0.0, 0 }));
        using var device = Device.Open(name);
        using var function = new Function(device, _ => [variable.ToTensor() + other.ToTensor()]);
        Assert.That(function.Run()[0].ToDoubles(), Is.EqualTo(new[] { 0.0, 0 }));
    }

    [Test]
    public void Numbers_drawn_later_are_those_drawn_at_once()
    {
        using var now = new RandomGenerator(5);
        using var later = new RandomGenerator(5);
        var (first, second) = (later.InitialNormal([9], 0, 1), later.InitialUniform([9], 0, 1));
        var (expectedFirst, expectedSecond) = (now.Normal([9], 0, 1), now.Uniform([9], 0, 1));
        Assert.That(second.Make().ToDoubles(), Is.EqualTo(expectedSecond.ToDoubles()));
        Assert.That(first.Make().ToDoubles(), Is.EqualTo(expectedFirst.ToDoubles()));
    }
}
