using ComputeCore.Nn;

namespace ComputeCore.Validation.Golden.Families;

internal static class Schedules
{
    public static IReadOnlyDictionary<string, Computation> Computations { get; } = new Dictionary<string, Computation>
    {
        ["StepLR"] = Rates(a => new StepSchedule(a.Number("lr"), a.Integer("step_size"), a.Number("gamma")).At),
        ["LinearLR"] = Rates(a => new LinearSchedule(a.Number("lr"), a.Integer("total_iters"), a.Number("start_factor"), a.Number("end_factor")).At),
        ["CosineAnnealingLR"] = Rates(Cosine),
        ["OneCycleLR"] = Rates(a => new OneCycleSchedule(a.Number("max_lr"), a.Integer("total_steps"), a.Number("pct_start"), a.Number("div_factor"), a.Number("final_div_factor"))
        {
            Annealing = a.Text("anneal_strategy") == "linear" ? Annealing.Linear : Annealing.Cosine,
            ThreePhases = a.Flag("three_phase"),
        }.At),
    };

    // A schedule runs on no device; output0 holds the rates of the first steps.
    private static Computation Rates(Func<Attributes, Func<long, double>> make) => (_, golden) =>
    {
        var rateAt = make(golden.Attributes);
        var shape = golden["output0"].Shape;
        var rates = TensorData.From(shape, [.. Enumerable.Range(0, shape[0]).Select(step => (float)rateAt(step))]);
        return new Dictionary<string, TensorData> { ["output0"] = rates };
    };

    // PyTorch's rate rises again after T_max steps and goes on swinging with the period 2 T_max, where the engine's stays at the
    // minimum: it is the engine's at the distance to the nearest maximum.
    private static Func<long, double> Cosine(Attributes a)
    {
        var steps = a.Integer("T_max");
        var schedule = new CosineSchedule(a.Number("lr"), steps, a.Number("eta_min"));
        return step => schedule.At(Math.Min(step % (2 * steps), 2 * steps - step % (2 * steps)));
    }
}
