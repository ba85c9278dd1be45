namespace ComputeCore.Nn;

/// <summary>How a model is trained.</summary>
public sealed record TrainingOptions
{
    /// <summary>Passes over the training data, at least 1.</summary>
    public required int Epochs { get; init; }

    /// <summary>The learning rate of each step.</summary>
    public required LearningRateSchedule Schedule { get; init; }

    /// <summary>The folder for checkpoints; null to save none.</summary>
    public string? CheckpointFolder { get; init; }

    /// <summary>Steps between two checkpoints inside an epoch. One is always saved at an epoch's end.</summary>
    public int StepsPerCheckpoint { get; init; } = 500;

    /// <summary>Epochs without a better test accuracy after which training stops; null to go on to the end.</summary>
    public int? Patience { get; init; }
}

/// <summary>The batches of an epoch from a given one on: the same ones whenever they are asked for.</summary>
/// <param name="epoch">The epoch, from 0.</param>
/// <param name="firstBatch">How many batches are skipped.</param>
public delegate IEnumerable<IReadOnlyList<TensorData>> BatchSource(int epoch, int firstBatch);

/// <summary>What a batch yields.</summary>
/// <param name="Loss">The mean loss over the batch, a scalar.</param>
/// <param name="Correct">How many examples were classified rightly, an f32 scalar.</param>
public sealed record BatchOutcome(Tensor Loss, Tensor Correct);

/// <summary>The computation that is trained: from a batch's tensors to its loss.</summary>
public delegate BatchOutcome Objective(IReadOnlyList<Tensor> batch);
