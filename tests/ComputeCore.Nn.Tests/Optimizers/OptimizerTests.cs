using ComputeCore.Devices;
using NUnit.Framework;

namespace ComputeCore.Nn.Tests.Optimizers;

public class OptimizerTests
{
    private static readonly float[] Start = [3, -2, 0.5f, 4];
    private static readonly float[] Target = [1, 1, -1, 2];

    private static IEnumerable<TestCaseData> All()
    {
        yield return Case("Sgd", parameters => new Sgd(parameters, 0.1));
        yield return Case("Sgd with momentum", parameters => new Sgd(parameters, 0.05, momentum: 0.9));
        yield return Case("Sgd with Nesterov's momentum", parameters => new Sgd(parameters, 0.05, momentum: 0.9) { Nesterov = true });
        yield return Case("Adam", parameters => new Adam(parameters, 0.1));
        yield return Case("AdamW", parameters => new AdamW(parameters, 0.1, weightDecay: 1e-4));
        yield return Case("RmsProp", parameters => new RmsProp(parameters, 0.02));
        yield return Case("RmsProp centered with momentum", parameters => new RmsProp(parameters, 0.01, momentum: 0.5, centered: true));

        static TestCaseData Case(string name, Func<IReadOnlyList<(string, Variable)>, Optimizer> make) => new TestCaseData(make).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(All))]
    public void An_optimizer_finds_the_minimum_of_a_parabola(object make)
    {
        using var device = Device.Open("cpu");
        using var x = new Variable("x", TensorData.From([4], Start));
        using var optimizer = ((Func<IReadOnlyList<(string, Variable)>, Optimizer>)make)([("x", x)]);
        using var step = Parabola(device, x, optimizer);
        double last = 0;
        for (var i = 0; i < 400; i++)
        {
            last = step.Run()[0].Item<float>();
            Assert.That(last, Is.Not.NaN.And.LessThan(100));
        }

        Assert.That(last, Is.LessThan(0.01));
        Assert.That(x.Read().ToDoubles(), Is.EqualTo(Target).Within(0.1));
    }

    [Test]
    public void Gradients_are_clipped_by_their_norm_over_all_parameters_as_in_PyTorch([Values(0.5, 1e-3, 1e6)] double limit)
    {
        using var device = Device.Open("cpu");
        using var x = new Variable("x", TensorData.From([2], 3f, -2f));
        using var y = new Variable("y", TensorData.From([1, 2], 0.5f, 4f));
        using var optimizer = new Sgd([("x", x), ("y", y)], learningRate: 1) { MaximumGradientNorm = limit };
        using var step = new Function(device, _ =>
        {
            var loss = x.ToTensor().Square().Sum() + y.ToTensor().Square().Sum() * 0.5;
            optimizer.Minimize(loss);
            return [loss];
        });
        step.Run();

        // clip_grad_norm_: every gradient times min(1, limit / (norm of all + 1e-6)).
        double[] values = [3, -2, 0.5, 4], gradients = [6, -4, 0.5, 4];
        var norm = Math.Sqrt(gradients.Sum(gradient => gradient * gradient));
        var factor = Math.Min(1, limit / (norm + 1e-6));
        double[] expected = [.. values.Zip(gradients, (value, gradient) => value - factor * gradient)];
        Assert.That(x.Read().ToDoubles().Concat(y.Read().ToDoubles()), Is.EqualTo(expected).Within(1e-6));
    }

    [Test]
    public void Matrices_decay_and_vectors_do_not_in_the_usual_groups()
    {
        using var device = Device.Open("cpu");
        using var weight = new Variable("weight", TensorData.From([1, 2], 1f, 2f));
        using var bias = new Variable("bias", TensorData.From([2], 1f, 2f));
        var groups = AdamW.DecayGroups([("weight", weight), ("bias", bias)], 0.1);
        Assert.That(groups.Select(group => (group.Parameters.Single().Name, group.WeightDecay)), Is.EqualTo(new[] { ("weight", 0.1), ("bias", 0.0) }));

        // With gradients of zero only the decay moves a parameter.
        using var optimizer = new AdamW(groups, learningRate: 0.5);
        using var step = new Function(device, _ =>
        {
            var loss = (weight.ToTensor().Sum() + bias.ToTensor().Sum()) * 0;
            optimizer.Minimize(loss);
            return [loss];
        });
        step.Run();
        Assert.That(weight.Read().ToDoubles(), Is.EqualTo(new[] { 0.95, 1.9 }).Within(1e-6));
        Assert.That(bias.Read().ToDoubles(), Is.EqualTo(new[] { 1.0, 2 }));
    }

    [Test]
    public void The_learning_rate_takes_effect_in_the_next_step()
    {
        using var device = Device.Open("cpu");
        using var x = new Variable("x", TensorData.From([1], 1f));
        using var optimizer = new Sgd([("x", x)], learningRate: 0.25);
        using var step = new Function(device, _ =>
        {
            var loss = x.ToTensor().Sum();
            optimizer.Minimize(loss);
            return [loss];
        });
        step.Run();
        Assert.That(x.Read().Item<float>(), Is.EqualTo(0.75f));
        optimizer.LearningRate = 0.5;
        step.Run();
        Assert.That(x.Read().Item<float>(), Is.EqualTo(0.25f));
        Assert.That(optimizer.LearningRate, Is.EqualTo(0.5));
    }

    [TestCaseSource(nameof(All))]
    public void A_step_whose_loss_is_not_finite_changes_nothing(object make)
    {
        using var device = Device.Open("cpu");
        using var x = new Variable("x", TensorData.From([4], Start));
        using var optimizer = ((Func<IReadOnlyList<(string, Variable)>, Optimizer>)make)([("x", x)]);
        using var step = new Function(device, inputs =>
        {
            var loss = (x.ToTensor() * inputs[0]).Square().Sum();
            optimizer.Minimize(loss);
            return [loss];
        });
        (string, Variable)[] state = [("x", x), .. optimizer.State];
        step.Run(TensorData.Scalar(1f));
        var before = Problem.Bytes(state);
        foreach (var bad in new[] { float.NaN, float.PositiveInfinity, 1e30f })
        {
            Assert.That(step.Run(TensorData.Scalar(bad))[0].Item<float>(), Is.NaN.Or.EqualTo(float.PositiveInfinity));
            Assert.That(Problem.Bytes(state), Is.EqualTo(before), $"{bad}");
        }
    }

    private static Function Parabola(Device device, Variable x, Optimizer optimizer) => new(device, _ =>
    {
        var loss = (x.ToTensor() - Tensor.Constant(TensorData.From([4], Target))).Square().Sum();
        optimizer.Minimize(loss);
        return [loss];
    });
}
