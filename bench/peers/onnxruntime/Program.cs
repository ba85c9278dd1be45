using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ComputeCore.Benchmarking;
using ComputeCore.Benchmarking.Cases;
using ComputeCore.Formats.Safetensors;
using ComputeCore.Peers;

// A case of 'computecore bench infer' on the engine and on ONNX Runtime by turns, in one process: both meet the same clock and the
// same neighbours. Arguments: the case, the folder that export.py wrote, the first
// round's number, rounds, seconds a round of each, the results' path without its end.
if (args is not [var name, var folder, var first, var rounds, var seconds, var results])
{
    Console.Error.WriteLine("Usage: ComputeCore.Peers.OnnxRuntime CASE FOLDER FIRST ROUNDS SECONDS RESULTS");
    return 2;
}

// Idle workers of either side spin for a while before they sleep; the next to measure should have the processors for itself.
const int settleMilliseconds = 60;
// Relative to the largest element: rounding passes through some fifty layers.
const double tolerance = 1e-3;

using var file = SafetensorsFile.Open(Path.Combine(folder, "batch.safetensors"));
var (batch, truth) = (file.Read("input"), file.Read("output").ToDoubles());
var benchmark = (ModelCase)Catalog.Of(["infer"]).Single(known => known.Name == name);
using var ours = new EngineModel(benchmark.Create, Path.Combine(folder, "model.safetensors"), file.Read("input"));
using var theirs = new OnnxModel(Path.Combine(folder, "model.onnx"), Environment.ProcessorCount, batch, file.TypeOf("output").Shape);
ours.Run();
theirs.Run();
Check("the engine", ours.Result().ToDoubles());
Check("ONNX Runtime", [.. theirs.Result().ToArray().Select(value => (double)value)]);

var limit = double.Parse(seconds, CultureInfo.InvariantCulture);
for (var (round, end) = (Integer(first), Integer(first) + Integer(rounds)); round < end; round++)
{
    Write("engine", "cpu", round, Measure(ours.Run));
    Write("peer", "ONNX Runtime", round, Measure(theirs.Run));
}

return 0;

static int Integer(string text) => int.Parse(text, CultureInfo.InvariantCulture);

Timing Measure(Action run)
{
    Thread.Sleep(settleMilliseconds);
    return StableMedian.Measure(
        () =>
        {
            var start = Stopwatch.GetTimestamp();
            run();
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        },
        limit);
}

void Write(string side, string device, int round, Timing timing) => File.WriteAllText(
    $"{results}.{side}.{round}.json",
    JsonSerializer.Serialize(new { cases = new[] { new { name, group = "infer", device, milliseconds = 1e3 * timing.Seconds, spread = timing.Spread, repeats = timing.Repeats } } }));

void Check(string who, double[] values)
{
    var error = values.Zip(truth, (x, y) => Math.Abs(x - y)).Max() / truth.Max(Math.Abs);
    Console.WriteLine($"{name}: {who}'s result is within {error:E1} of PyTorch's");
    if (!(error <= tolerance))
        throw new InvalidOperationException($"{who} computes something else than PyTorch.");
}
