using ComputeCore.Operations;

namespace ComputeCore.Validation;

/// <summary>Every sample of every operation of the engine, found by reflection so that nothing lists operations by hand.</summary>
internal static class OperationSamples
{
    public static IReadOnlyList<Sample> All { get; } =
    [
        .. typeof(Operation).Assembly.GetTypes()
            .Where(type => !type.IsAbstract && type.IsAssignableTo(typeof(ISampled)))
            .OrderBy(type => type.Name, StringComparer.Ordinal)
            .SelectMany(type => (IEnumerable<Sample>)type.GetProperty(nameof(ISampled.Samples))!.GetValue(null)!),
    ];

    /// <summary>Operations that a kernel must compute but that bring no sample.</summary>
    public static IReadOnlyList<Type> WithoutSamples { get; } =
    [
        .. typeof(Operation).Assembly.GetTypes()
            .Where(type => !type.IsAbstract && type.IsAssignableTo(typeof(Operation)) && !type.IsAssignableTo(typeof(Leaf)) && !type.IsAssignableTo(typeof(ISampled))),
    ];

    /// <summary>The sample's inputs.</summary>
    public static TensorData[] Inputs(this Sample sample) => [.. sample.Inputs.Select((draw, i) => draw.ToData(1000 + i))];
}
