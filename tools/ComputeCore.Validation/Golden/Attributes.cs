using System.Text.Json;

namespace ComputeCore.Validation.Golden;

/// <summary>The arguments of a PyTorch operation that are no tensors, by PyTorch's names.</summary>
public readonly struct Attributes(JsonElement values)
{
    /// <summary>Whether an argument was given, and is not <c>None</c>.</summary>
    public bool Has(string name) => values.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    public bool Flag(string name) => values.GetProperty(name).GetBoolean();

    public int Integer(string name) => values.GetProperty(name).GetInt32();

    public double Number(string name) => values.GetProperty(name).GetDouble();

    public string Text(string name) => values.GetProperty(name).GetString()!;

    public Axes Axes(string name) => ComputeCore.Axes.Create(Integers(values.GetProperty(name)));

    public Pair Pair(string name) => Integers(values.GetProperty(name)) is [var height, var width] ? new(height, width) : throw new FormatException($"{name} is no pair.");

    public (double First, double Second) Numbers(string name) => (values.GetProperty(name)[0].GetDouble(), values.GetProperty(name)[1].GetDouble());

    /// <summary>A list of lists of integers: for each of those lists' places, the integers that stand there.</summary>
    public Axes[] Columns(string name)
    {
        int[][] rows = [.. values.GetProperty(name).EnumerateArray().Select(Integers)];
        return [.. rows[0].Select((_, column) => ComputeCore.Axes.Create([.. rows.Select(row => row[column])]))];
    }

    private static int[] Integers(JsonElement list) => [.. list.EnumerateArray().Select(element => element.GetInt32())];
}
