using System.CommandLine;
using System.Text.Json;
using ComputeCore.Cli.Commands;
using ComputeCore.Devices;
using ComputeCore.Validation;
using NUnit.Framework;

namespace ComputeCore.Cli.Tests;

public class ValidateTests
{
    [Test]
    public void The_cpu_passes_its_operations()
    {
        var results = Program.Run("validate", "--suite", "ops", "--json").Json.GetProperty("results").EnumerateArray().ToArray();
        foreach (var result in results)
        {
            Assert.That(result.EnumerateObject().Select(property => property.Name), Is.EqualTo(new[] { "operation", "device", "worstError", "tolerance", "passed", "message" }));
            Assert.That(result.GetProperty("worstError").GetDouble(), Is.InRange(0, 1));
            Assert.That(result.GetProperty("passed").GetBoolean());
        }

        Assert.That(results.Select(result => result.GetProperty("operation").GetString()), Is.SupersetOf(new[] { "MatMul", "MatMul gradient", "Convolution2d", "Softmax" }));
        Assert.That(results.Select(result => result.GetProperty("device").GetString()), Is.All.EqualTo("cpu"));
    }

    [Test]
    public void A_kernel_that_is_slightly_wrong_fails_with_exit_code_1_and_is_named()
    {
        DeviceCatalog.Add(new BrokenDevice.Family());
        var root = new Command("computecore") { ValidateCommand.Create(), CommonOptions.Verbose };
        CommonOptions.AddJson(root);
        var (output, console) = (new StringWriter(), Console.Out);
        Console.SetOut(output);
        try
        {
            Assert.That(root.Parse(["validate", "--device", "broken:0", "--suite", "ops", "--json"]).Invoke(), Is.EqualTo(1));
        }
        finally
        {
            Console.SetOut(console);
        }

        var failed = JsonSerializer.Deserialize<JsonElement>(output.ToString()).GetProperty("results").EnumerateArray().Where(result => !result.GetProperty("passed").GetBoolean()).ToArray();
        Assert.That(failed.Select(result => result.GetProperty("operation").GetString()), Does.Contain("Softmax").And.All.StartsWith("Softmax"));
        Assert.That(failed[0].GetProperty("worstError").GetDouble(), Is.InRange(1.5, 2.5));
        Assert.That(failed[0].GetProperty("message").GetString(), Does.Contain("Softmax").And.Contain("times the tolerance"));
    }

    [Test]
    public void A_kernel_that_is_slightly_wrong_fails_the_golden_files_too()
    {
        using var device = new BrokenDevice();
        Check[] checks = [.. Suites.ChecksOf("golden").Where(check => check.Operation is "softmax_losses/softmax" or "optimizers/sgd")];
        Assert.That(Validator.Run(device, checks).Select(verdict => (verdict.Operation, verdict.Passed)), Is.EquivalentTo(new[] { ("softmax_losses/softmax", false), ("optimizers/sgd", true) }));
    }

    [Test]
    public void A_device_that_fails_a_check_is_held_to_the_others()
    {
        using var device = new BrokenDevice();
        Check[] checks =
        [
            new("a", "1", default, _ => throw new DeviceException("The device is gone.")),
            new("b", "1", default, _ => new Deviation(double.NaN, "is no number")),
            new("c", "1", default, _ => new Deviation(1, "at the limit")),
        ];
        Assert.That(Validator.Run(device, checks).Select(verdict => (verdict.Operation, verdict.Passed, verdict.Message)), Is.EqualTo(new[]
        {
            ("a", false, "1: The device is gone."), ("b", false, "1: is no number"), ("c", true, (string?)null),
        }));
    }
}
