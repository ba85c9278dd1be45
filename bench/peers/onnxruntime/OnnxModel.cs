using Microsoft.ML.OnnxRuntime;

namespace ComputeCore.Peers;

/// <summary>ONNX Runtime on a number of threads with all of its graph optimizations. Input and result are bound to memory once.</summary>
internal sealed class OnnxModel : IDisposable
{
    private readonly RunOptions run = new();
    private readonly InferenceSession session;
    private readonly OrtValue input;
    private readonly OrtValue output;
    private readonly float[] results;

    public OnnxModel(string path, int threads, TensorData batch, Shape result)
    {
        using var options = new SessionOptions { IntraOpNumThreads = threads, InterOpNumThreads = 1, GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL };
        session = new InferenceSession(path, options);
        input = batch.Type.ElementType == ElementType.Float32
            ? OrtValue.CreateTensorValueFromMemory(batch.AsSpan<float>().ToArray(), Extents(batch.Shape))
            : OrtValue.CreateTensorValueFromMemory(batch.AsSpan<long>().ToArray(), Extents(batch.Shape));
        results = new float[result.ElementCount];
        output = OrtValue.CreateTensorValueFromMemory(results, Extents(result));
    }

    public void Run() => session.Run(run, ["input"], [input], ["output"], [output]);

    public ReadOnlySpan<float> Result() => results;

    public void Dispose()
    {
        input.Dispose();
        output.Dispose();
        session.Dispose();
        run.Dispose();
    }

    private static long[] Extents(Shape shape) => [.. Enumerable.Range(0, shape.Rank).Select(axis => (long)shape[axis])];
}
