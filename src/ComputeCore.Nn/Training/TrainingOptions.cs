namespace ComputeCore.Nn;

/// <summary>How a model is trained.</summary>
public sealed record TrainingOptions
{
    /// <summary>Steps in all, at least 1.</summary>
    public required long Steps { get; init; }

    /// <summary>Steps between two validations, at least 1: an epoch's, where the data have epochs. One follows the last step anyway.</summary>
    public required long StepsPerValidation { get; init; }

    /// <summary>The learning rate of each step.</summary>
    public required LearningRateSchedule Schedule { get; init; }

    /// <summary>
    /// Batches that one step takes, one after the other, as if they were one: their gradients are added up, and divided by the
    /// count of all of them. At least 1.
    /// </summary>
    public int MicroBatches { get; init; } = 1;

    /// <summary>The folder for checkpoints; null to save none.</summary>
    public string? CheckpointFolder { get; init; }

    /// <summary>Steps between two checkpoints. One is always saved after a validation.</summary>
    public long StepsPerCheckpoint { get; init; } = 500;

    /// <summary>Validations without a smaller loss after which training stops; null to go on to the end.</summary>
    public int? Patience { get; init; }
}

/// <summary>The endless sequence of training batches from a given one on: the same ones whenever they are asked for.</summary>
/// <param name="firstBatch">How many batches are skipped.</param>
public delegate IEnumerable<TensorData[]> BatchSource(long firstBatch);

/// <summary>What a batch yields. What is counted is the recipe's choice: images, or the tokens that are to be predicted.</summary>
/// <param name="LossSum">The sum of the batch's losses, an f32 scalar; the mean over a step's batches is minimized.</param>
/// <param name="Count">How many losses it sums, an f32 scalar.</param>
/// <param name="Correct">How many were predicted rightly, an f32 scalar.</param>
public sealed record BatchOutcome(Tensor LossSum, Tensor Count, Tensor Correct);

/// <summary>The computation that is trained: from a batch's tensors to its loss.</summary>
public delegate BatchOutcome Objective(IReadOnlyList<Tensor> batch);
