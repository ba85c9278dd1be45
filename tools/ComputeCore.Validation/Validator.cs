using ComputeCore.Devices;

namespace ComputeCore.Validation;

/// <summary>Holds a device to checks. A failure of one, of whatever kind, does not keep the others from being made.</summary>
internal static class Validator
{
    /// <summary>Runs checks and sums them up by operation, in the order in which the operations come.</summary>
    /// <param name="device">Where.</param>
    /// <param name="checks">What.</param>
    /// <param name="progress">Called before each check.</param>
    /// <param name="cancellation">Stops between two checks.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static IReadOnlyList<Verdict> Run(Device device, IReadOnlyList<Check> checks, Action<Check>? progress = null, CancellationToken cancellation = default)
    {
        var results = new List<Verdict>();
        foreach (var operation in checks.GroupBy(check => check.Operation))
        {
            var worst = new Deviation(0, "");
            foreach (var check in operation)
            {
                cancellation.ThrowIfCancellationRequested();
                progress?.Invoke(check);
                var deviation = Run(device, check);
                if (deviation.Error > worst.Error)
                    worst = deviation with { Message = $"{check.Case}: {deviation.Message}" };
            }

            results.Add(new(operation.Key, device.Name, worst.Error, operation.First().Tolerance, worst.IsAllowed, worst.IsAllowed ? null : worst.Message));
        }

        return results;
    }

    // Drivers fail in many ways; each is a finding, not the end of the validation.
    private static Deviation Run(Device device, Check check)
    {
        try
        {
            var deviation = check.Run(device);
            return double.IsNaN(deviation.Error) ? deviation with { Error = double.PositiveInfinity } : deviation;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return new(double.PositiveInfinity, e.Message);
        }
    }
}
