using System.Reflection;
using ComputeCore.Accelerators.Lowerings;
using ComputeCore.Devices.Cpu;
using ComputeCore.Operations;
using ComputeCore.Validation;
using NUnit.Framework;

namespace ComputeCore.Accelerators.Tests;

/// <summary>The README's table of operations and devices is what the engine's own tables say.</summary>
public sealed class OperationTableTests
{
    private const string Begin = "<!-- operations: generated -->";
    private const string End = "<!-- /operations -->";

    [Test]
    public void The_table_in_the_README_is_complete()
    {
        var root = typeof(OperationTableTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!;
        var readme = File.ReadAllText(Path.Combine(root, "README.md"));
        var start = readme.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var table = readme[start..readme.IndexOf(End, StringComparison.Ordinal)].Trim();
        Assert.That(table, Is.EqualTo(Table()), $"Put this between the two comments in README.md:\n{Table()}\n.");
    }

    private static string Table() => string.Join('\n', (string[])
    [
        "| operation | reference | cpu | cuda, opencl, vulkan |",
        "|---|---|---|---|",
        .. Rows().OrderBy(row => row, StringComparer.Ordinal),
    ]);

    // Elementwise operations stand in one row for each set of devices.
    private static IEnumerable<string> Rows()
    {
        var operations = OperationSamples.All.Select(sample => sample.Operation).DistinctBy(operation => operation.GetType()).ToArray();
        foreach (var group in operations.GroupBy(operation => (Kind: operation is ElementwiseOperation ? "elementwise" : operation.GetType().Name, Devices: Devices(operation))))
        {
            var names = string.Join(", ", group.Select(operation => operation.GetType().Name).Order(StringComparer.Ordinal));
            yield return $"| {(group.Key.Kind == "elementwise" ? "elementwise: " : "")}{names} | {group.Key.Devices} |";
        }
    }

    private static string Devices(Operation operation) => operation.IsView
        ? "no kernel needed | no kernel needed | no kernel needed"
        : $"yes | {YesNo(operation is ICpuOperation)} | {YesNo(LoweringTable.Handles(operation.GetType()))}";

    private static string YesNo(bool has) => has ? "yes" : "no";
}
