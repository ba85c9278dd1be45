using ComputeCore.Cli.Runs;
using ComputeCore.Devices;
using ComputeCore.Nn;

namespace ComputeCore.Cli.Recipes;

/// <summary>A recipe with its data loaded and its model made: all that the training loop needs, and how its results are told.</summary>
internal abstract class TrainingJob : IDisposable
{
    public abstract RandomGenerator Random { get; }

    public abstract Module Model { get; }

    public abstract Objective Objective { get; }

    public abstract Optimizer Optimizer { get; }

    public abstract TrainingOptions Options { get; }

    public abstract BatchSource Training { get; }

    public abstract IEnumerable<TensorData[]> Validation { get; }

    /// <summary>What is counted: images, tokens.</summary>
    public abstract string Items { get; }

    /// <summary>A line that says what is trained on what.</summary>
    public abstract string Summary { get; }

    /// <summary>What a stretch between two validations is called.</summary>
    public virtual string Stretch(long step) => $"step {step}";

    /// <summary>A step as the metrics file has it.</summary>
    public abstract object Metrics(in StepReport report);

    /// <summary>A validation in a line for people.</summary>
    public abstract string Describe(ValidationReport report);

    /// <summary>A validation as <c>train --json</c> gives it.</summary>
    public abstract object Document(ValidationReport report);

    /// <summary>The name of the list of those.</summary>
    public virtual string DocumentList => "validations";

    /// <summary>Draws what there is to see of a finished training.</summary>
    public abstract void Draw(Device device, IReadOnlyList<ValidationReport> validations, RunFolder folder);

    /// <summary>Tests the model as it is.</summary>
    public abstract JobEvaluation Evaluate(Device device);

    public virtual void Dispose()
    {
        Optimizer.Dispose();
        Random.Dispose();
        GC.SuppressFinalize(this);
    }

    protected long Parameters => Model.Parameters().Sum(parameter => parameter.Variable.Shape.ElementCount);
}

/// <summary>How a model did: for programs, and for people.</summary>
/// <param name="Fields">The document's fields beside run and device.</param>
/// <param name="Print">Writes it to the terminal.</param>
internal sealed record JobEvaluation(IReadOnlyDictionary<string, object> Fields, Action Print);
