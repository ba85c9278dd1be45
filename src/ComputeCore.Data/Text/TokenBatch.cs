namespace ComputeCore.Data;

/// <summary>The memory of one batch: tokens and what follows them.</summary>
internal sealed class TokenBatch
{
    private readonly TensorData tokens;
    private readonly TensorData targets;
    private readonly int[] window;

    public TokenBatch(int batch, int length)
    {
        tokens = new TensorData(new TensorType(ElementType.Int32, Shape.Create([batch, length])));
        targets = new TensorData(new TensorType(ElementType.Int64, Shape.Create([batch, length])));
        window = new int[length + 1];
        Tensors = [tokens, targets];
    }

    public IReadOnlyList<TensorData> Tensors { get; }

    public void SetRow(int row, TokenFile text, long start)
    {
        text.Read(start, window);
        var length = window.Length - 1;
        window.AsSpan(0, length).CopyTo(tokens.AsSpan<int>().Slice(row * length, length));
        var rowTargets = targets.AsSpan<long>().Slice(row * length, length);
        for (var i = 0; i < length; i++)
            rowTargets[i] = window[i + 1];
    }
}
