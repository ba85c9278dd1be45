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
    private const int CheckedRuns = 2;

    // Of the largest element: a logit near zero is the sum of thousands of terms that cancel, and errs by what these err.
    private const double AllowedShare = 1e-5;

    private bool IsTraining => Group == "train";

    public override Deviation Check(Device device)
    {
        using var reference = Device.Open("reference");
        var truth = Results(reference);
        var largest = truth.ToDoubles().Max(Math.Abs);
        return Deviation.Of(Results(device), truth, new Tolerance(Relative: 0, AllowedShare * largest), IsTraining ? "the loss" : "the output");
    }

    public override PreparedCase Prepare(Device device) => new Prepared(device, Create, IsTraining, Input);

    private TensorData Results(Device device)
    {
        using var prepared = new Prepared(device, CheckedCreate, IsTraining, CheckedInput);
        for (var i = 0; i < (IsTraining ? CheckedRuns : 1); i++)
            prepared.Run();
        return prepared.Result;
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
