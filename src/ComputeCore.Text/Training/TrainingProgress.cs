namespace ComputeCore.Text;

/// <summary>How far the training of a tokenizer is.</summary>
/// <param name="Step">What is being done: "Counting words".</param>
/// <param name="Done">How much of it is done.</param>
/// <param name="Total">How much there is in all.</param>
public readonly record struct TrainingProgress(string Step, long Done, long Total);
