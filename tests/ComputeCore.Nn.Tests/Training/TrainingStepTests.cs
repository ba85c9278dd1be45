using ComputeCore.Devices;
using ComputeCore.Graphs;
using ComputeCore.Models;
using NUnit.Framework;

namespace ComputeCore.Nn.Tests.Training;

public class TrainingStepTests
{
    private static IEnumerable<string> Models => StepProcess.Models.Keys;

    [TestCaseSource(nameof(Models))]
    public void After_the_first_runs_a_step_allocates_nothing_neither_managed_nor_on_the_device(string model) =>
        Assert.That(StepProcess.Measure(model), Is.EqualTo(StepProcess.NothingAllocated));

    [TestCaseSource(nameof(Models))]
    public void The_arena_is_hardly_larger_than_what_is_alive_at_once(string name)
    {
        using var device = Device.Open("cpu");
        using var random = new RandomGenerator(1);
        var model = StepProcess.Models[name](random);
        using var optimizer = new Adam(model.Parameters());
        using var step = Problem.Step(device, model, optimizer);
        var plan = step.For(Problem.Batch(64, 28, seed: 1)).Plan;
        TestContext.Out.WriteLine($"arena {plan.ArenaBytes:N0} bytes, alive at once {plan.LiveBytes:N0}: {plan.ArenaBytes / (double)plan.LiveBytes:F4}");
        Assert.That(plan.ArenaBytes, Is.InRange(plan.LiveBytes, 1.15 * plan.LiveBytes));
    }

    [Test]
    public void Weights_after_ten_steps_do_not_depend_on_the_number_of_threads()
    {
        var one = Train(1);
        Assert.That(Train(2), Is.EqualTo(one));
        Assert.That(Train(3), Is.EqualTo(one));

        static byte[][] Train(int threads)
        {
            var setting = Environment.GetEnvironmentVariable("COMPUTECORE_THREADS");
            Environment.SetEnvironmentVariable("COMPUTECORE_THREADS", $"{threads}");
            try
            {
                using var device = Device.Open("cpu");
                using var random = new RandomGenerator(1);
                var model = SmallCnn.Create(random);
                using var optimizer = new Adam(model.Parameters());
                using var step = Problem.Step(device, model, optimizer);
                for (var i = 0; i < 10; i++)
                    step.Run(Problem.Batch(64, 28, seed: i));
                return Problem.Bytes(model.State());
            }
            finally
            {
                Environment.SetEnvironmentVariable("COMPUTECORE_THREADS", setting);
            }
        }
    }

    [Test]
    public void A_gradient_dies_with_the_update_of_its_parameter()
    {
        const int Width = 256;
        const int Layers = 8;
        using var device = Device.Open("cpu");
        using var random = new RandomGenerator(1);
        var model = new Sequential([.. Enumerable.Range(0, Layers).Select(_ => new Linear(Width, Width, random))]);
        using var optimizer = new AdamW(model.Parameters());
        using var step = new Function(device, x =>
        {
            var loss = model.Forward(x[0]).SumOfSquares();
            optimizer.Minimize(loss);
            return [loss];
        });
        var plan = step.For([new TensorData(new(ElementType.Float32, [4, Width]))]).Plan;
        Assert.That(plan.LiveBytes, Is.LessThan(3 * Width * Width * sizeof(float)), "beside the gradient there are small activations and scratch memory");
    }

    [Test]
    public void Embeddings_that_are_weights_too_have_one_gradient()
    {
        const int Vocabulary = 5000;
        const int Width = 64;
        using var device = Device.Open("cpu");
        using var reference = Device.Open("reference");
        var (ids, targets) = (TensorData.From([5], 3L, 7, 3, 4999, 0), TensorData.From([5], 1L, 2, 3, 4, 4998));
        var (embeddings, plan) = Train(device);
        var (expected, _) = Train(reference);
        Assert.That(embeddings.ToDoubles(), Is.EqualTo(expected.ToDoubles()).Within(1e-5));
        Assert.That(plan.LiveBytes, Is.LessThan(1.5 * Vocabulary * Width * sizeof(float)));

        (TensorData Embeddings, MemoryPlan Plan) Train(Device on)
        {
            using var random = new RandomGenerator(1);
            using var table = new Variable("table", random.InitialNormal([Vocabulary, Width], 0, 0.1));
            using var optimizer = new Sgd([("table", table)], 0.5);
            using var step = new Function(on, x =>
            {
                var rows = table.ToTensor().IndexSelect(0, x[0]);
                var loss = rows.MatMul(table, transposeOther: true).CrossEntropy(x[1]);
                optimizer.Minimize(loss);
                return [loss];
            });
            step.Run(ids, targets);
            return (table.Read(), step.For([ids, targets]).Plan);
        }
    }
}
