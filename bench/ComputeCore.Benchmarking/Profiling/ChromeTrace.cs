using System.Text.Json;

namespace ComputeCore.Benchmarking.Profiling;

/// <summary>
/// A profile in Chrome's trace event format, which chrome://tracing and Perfetto open: a track of kernels, one of the layers above
/// them, and the arena's use as a counter. Times and durations are in microseconds.
/// </summary>
internal static class ChromeTrace
{
    private const int Process = 1;
    private const int KernelTrack = 1;
    private const int LayerTrack = 2;

    /// <summary>Writes one step, its kernels one after the other.</summary>
    public static void Write(StepProfile profile, string title, Stream stream)
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ms");
        json.WriteStartArray("traceEvents");
        Name(json, "process_name", 0, title);
        Name(json, "thread_name", KernelTrack, "kernels");
        Name(json, "thread_name", LayerTrack, "layers");

        var (time, layerBegin) = (0.0, 0.0);
        for (var i = 0; i < profile.Kernels.Count; i++)
        {
            var kernel = profile.Kernels[i];
            var duration = kernel.Milliseconds * 1e3;
            Span(json, KernelTrack, kernel.Operation, time, duration, kernel);
            Counter(json, time, kernel.LiveBytes);
            time += duration;
            if (i + 1 < profile.Kernels.Count && LayerOf(profile.Kernels[i + 1]) == LayerOf(kernel))
                continue;
            Span(json, LayerTrack, LayerOf(kernel), layerBegin, time - layerBegin, null);
            layerBegin = time;
        }

        Counter(json, time, 0);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string LayerOf(ProfiledKernel kernel) => kernel.Phase == StepPhase.Backward ? $"{kernel.Layer}, backward" : kernel.Layer;

    private static void Name(Utf8JsonWriter json, string what, int track, string name)
    {
        Begin(json, "M", what, track, 0);
        json.WriteStartObject("args");
        json.WriteString("name", name);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Span(Utf8JsonWriter json, int track, string name, double time, double duration, ProfiledKernel? kernel)
    {
        Begin(json, "X", name, track, time);
        json.WriteNumber("dur", duration);
        if (kernel is not null)
        {
            json.WriteStartObject("args");
            json.WriteString("layer", kernel.Layer);
            json.WriteString("types", kernel.Types);
            json.WriteNumber("GFLOP/s", kernel.Milliseconds > 0 ? kernel.Flops / kernel.Milliseconds / 1e6 : 0);
            json.WriteNumber("GB/s", kernel.Milliseconds > 0 ? kernel.Bytes / kernel.Milliseconds / 1e6 : 0);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Counter(Utf8JsonWriter json, double time, long bytes)
    {
        Begin(json, "C", "arena", KernelTrack, time);
        json.WriteStartObject("args");
        json.WriteNumber("bytes", bytes);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Begin(Utf8JsonWriter json, string phase, string name, int track, double time)
    {
        json.WriteStartObject();
        json.WriteString("ph", phase);
        json.WriteString("name", name);
        json.WriteNumber("pid", Process);
        json.WriteNumber("tid", track);
        json.WriteNumber("ts", time);
    }
}
