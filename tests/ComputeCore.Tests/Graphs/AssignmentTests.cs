using ComputeCore.Devices;
using NUnit.Framework;

namespace ComputeCore.Tests.Graphs;

/// <summary>A graph reads every variable's old value and stores the new ones, whatever the order and the memory they take.</summary>
[TestFixture("reference")]
[TestFixture("cpu")]
public sealed class AssignmentTests(string deviceName) : IDisposable
{
    private readonly Device device = Device.Open(deviceName);

    public void Dispose() => device.Dispose();

    [Test]
    public void Two_variables_can_be_swapped()
    {
        using var a = Make("a", 1, 2);
        using var b = Make("b", 3, 4);
        Run(() =>
        {
            var old = a.ToTensor();
            a.Assign(b);
            b.Assign(old);
        });
        Assert.That(a.Read().AsSpan<float>().ToArray(), Is.EqualTo(new float[] { 3, 4 }));
        Assert.That(b.Read().AsSpan<float>().ToArray(), Is.EqualTo(new float[] { 1, 2 }));
    }

    [Test]
    public void A_result_is_the_value_before_the_assignment()
    {
        using var a = Make("a", 1, 2);
        var result = Run(() =>
        {
            var old = a.ToTensor();
            a.Assign(old + 1);
            return old;
        });
        Assert.That(result.AsSpan<float>().ToArray(), Is.EqualTo(new float[] { 1, 2 }));
        Assert.That(a.Read().AsSpan<float>().ToArray(), Is.EqualTo(new float[] { 2, 3 }));
    }

    [Test]
    public void Everything_that_reads_the_old_value_runs_before_it_is_overwritten()
    {
        using var a = Make("a", 1, 2);
        using var b = Make("b", 5, 5);
        Run(() =>
        {
            var old = a.ToTensor();
            a.Assign(old * 10);
            b.Assign(old + b);
        });
        Assert.That(a.Read().AsSpan<float>().ToArray(), Is.EqualTo(new float[] { 10, 20 }));
        Assert.That(b.Read().AsSpan<float>().ToArray(), Is.EqualTo(new float[] { 6, 7 }));
    }

    [Test]
    public void Variables_that_feed_each_other_are_updated_from_their_old_values()
    {
        using var a = Make("a", 1, 2);
        using var b = Make("b", 3, 4);
        for (var i = 0; i < 2; i++)
            Run(() =>
            {
                var (x, y) = (a.ToTensor(), b.ToTensor());
                a.Assign(x + y);
                b.Assign(x * y);
            });
        Assert.That(a.Read().AsSpan<float>().ToArray(), Is.EqualTo(new float[] { 7, 14 }));
        Assert.That(b.Read().AsSpan<float>().ToArray(), Is.EqualTo(new float[] { 12, 48 }));
    }

    [Test]
    public void A_variable_read_after_its_assignment_has_the_new_value()
    {
        using var a = Make("a", 1, 2);
        var result = Run(() =>
        {
            a.Assign(a.ToTensor() + 1);
            a.Assign(a.ToTensor() * 2);
            return a.ToTensor() + 0.5;
        });
        Assert.That(result.AsSpan<float>().ToArray(), Is.EqualTo(new float[] { 4.5f, 6.5f }));
        Assert.That(a.Read().AsSpan<float>().ToArray(), Is.EqualTo(new float[] { 4, 6 }));
    }

    [Test]
    public void One_value_can_be_assigned_to_two_variables_and_returned()
    {
        using var a = Make("a", 1, 2);
        using var b = Make("b", 3, 4);
        var result = Run(() =>
        {
            var sum = a.ToTensor() + b;
            a.Assign(sum);
            b.Assign(sum);
            return sum;
        });
        Assert.That(result.AsSpan<float>().ToArray(), Is.EqualTo(new float[] { 4, 6 }));
        Assert.That(a.Read().AsSpan<float>().ToArray(), Is.EqualTo(new float[] { 4, 6 }));
        Assert.That(b.Read().AsSpan<float>().ToArray(), Is.EqualTo(new float[] { 4, 6 }));
    }

    [Test]
    public void A_broadcast_variable_is_not_overwritten_by_a_larger_value()
    {
        using var a = Make("a", 1, 2);
        var result = Run(() =>
        {
            var grid = a.ToTensor().Reshape(2, 1) + a;
            a.Assign(grid.Sum([0]));
            return grid;
        });
        Assert.That(result.AsSpan<float>().ToArray(), Is.EqualTo(new float[] { 2, 3, 3, 4 }));
        Assert.That(a.Read().AsSpan<float>().ToArray(), Is.EqualTo(new float[] { 5, 7 }));
    }

    [Test]
    public void A_variable_of_another_device_is_an_error_that_names_both()
    {
        using var a = Make("a", 1, 2);
        using var other = Device.Open("reference");
        using (var function = new Function(other, _ => [a.ToTensor() + 1]))
            function.Run();
        using var here = new Function(device, _ => [a.ToTensor() + 1]);
        var error = Assert.Throws<InvalidOperationException>(() => here.Run());
        Assert.That(error!.Message, Does.Contain("'a'").And.Contain("reference").And.Contain(device.Name));
    }

    private static Variable Make(string name, params float[] values) => new(name, TensorData.From([values.Length], values));

    private void Run(Action body) => Run(() =>
    {
        body();
        return Tensor.Scalar(0);
    });

    private TensorData Run(Func<Tensor> body)
    {
        using var function = new Function(device, _ => [body()]);
        return function.Run()[0];
    }
}
