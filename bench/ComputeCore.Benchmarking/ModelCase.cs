using System.Diagnostics;
using ComputeCore.Devices;
using ComputeCore.Nn;
using ComputeCore.Operations;
using ComputeCore.Validation;

namespace ComputeCore.Benchmarking;

/// <summary>Makes a model, and the code that runs it.</summary>
internal delegate (Module Model, Func<Tensor, Tensor> Forward) ModelFactory(RandomGenerator random);

/// <summary>A whole model: a training step, or a forward pass as in use. Its input and its result stay on the device.</summary>
/// <param name="Group">train or infer.</param>
/// <param name="Name">Its name.</param>
/// <param name="Create">Makes the model.</param>
/// <param name="Input">What a batch is drawn from.</param>
/// <param name="CheckedCreate">Makes the model whose results are checked: the same one, or one of fewer layers.</param>
/// <param name="CheckedInput">A batch of which the float64 definition computes that in seconds.</param>
internal sealed record ModelCase(string Group, string Name, ModelFactory Create, Draw Input, ModelFactory CheckedCreate, Draw CheckedInput) : BenchmarkCase(Group, Name)
{
    // Of the largest element: a logit near zero is the sum of thousands of terms that cancel, and errs by what these err.
    private const double AllowedShare = 1e-5;

    /// <summary>
    /// In training, of what a step changes the loss by: how far the second loss may be from the truth beyond the share that every result may.
    /// For a model whose loss is so curved that the rounding of its gradients shows there.
    /// </summary>
    public double AllowedShareOfChange { get; init; }

    private bool IsTraining => Group == "train";

    public override Deviation Check(Device device)
    {
        using var reference = Device.Open("reference");
        var (results, truth) = (Results(device), Results(reference));
        var allowed = new Tolerance(Relative: 0, AllowedShare * truth[0].Max(Math.Abs));
        var deviation = Deviation.Worst(IsTraining ? "the loss" : "the output", results[0], truth[0], i => allowed.Error(results[0][i], truth[0][i]));
        if (!IsTraining)
            return deviation;
        var (second, expected) = (results[1][0], truth[1][0]);
        // Of the larger loss: GPT-2's falls from 11 to 0.1 in one step, and is still a difference of logits that are rounded as they were.
        var allowedSecond = new Tolerance(
            Relative: 0, AllowedShare * Math.Max(Math.Abs(expected), Math.Abs(truth[0][0])) + AllowedShareOfChange * Math.Abs(expected - truth[0][0]));
        return Deviation.Largest([deviation, Deviation.Worst("the loss after a step", [second], [expected], _ => allowedSecond.Error(second, expected))]);
    }

    public override PreparedCase Prepare(Device device) => new Prepared(device, Create, IsTraining, Input);

    // Of the first run and, in training, of the one after its step.
    private List<double[]> Results(Device device)
    {
        using var prepared = new Prepared(device, CheckedCreate, IsTraining, CheckedInput);
        var results = new List<double[]>();
        for (var i = 0; i < (IsTraining ? 2 : 1); i++)
        {
            prepared.Run();
            results.Add(prepared.Result.ToDoubles());
        }

        return results;
    }

    private sealed class Prepared : PreparedCase
    {
        private readonly RandomGenerator random = new(1);
        private readonly List<Variable> variables = [];
        private readonly Function function;
        private readonly Optimizer? optimizer;
        private Variable? result;

        public Prepared(Device device, ModelFactory create, bool isTraining, Draw draw)
        {
            var (model, forward) = create(random);
            model.Train(isTraining);
            optimizer = isTraining ? new AdamW(model.Parameters()) : null;
            var input = new Variable("input", draw.ToData(1));
            variables.AddRange([.. model.State().Select(entry => entry.Variable), input]);
            function = new Function(device, _ =>
            {
                var output = forward(input);
                if (optimizer is not null)
                {
                    var classes = output.Shape[-1];
                    var predictions = (int)(output.Shape.ElementCount / classes);
                    var targets = new Variable("targets", Draw.Integers([predictions], ElementType.Int64, 0, classes - 1).ToData(2));
                    variables.Add(targets);
                    output = output.Reshape(predictions, classes).CrossEntropy(targets);
                    optimizer.Minimize(output);
                }

                variables.Add(result = new Variable("result", new TensorData(output.Type)));
                result.Assign(output);
                return [];
            });
            var executable = function.For([]);
            Flops = Cost.Flops(executable);
            Bytes = Cost.Bytes(executable);
            MemoryBytes = executable.Cost.MemoryBytes;
        }

        public TensorData Result => result!.Read();

        public override double Run()
        {
            var start = Stopwatch.GetTimestamp();
            function.Run();
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        public override void Dispose()
        {
            function.Dispose();
            optimizer?.Dispose();
            random.Dispose();
            foreach (var variable in variables)
                variable.Dispose();
        }
    }
}
