using NUnit.Framework;

namespace ComputeCore.Cli.Tests;

public class UsageTests
{
    [TestCase("train fashion-mnist", "train fashion-mnist --epochs 0", "--epochs must be a whole number, at least 1, not '0'.")]
    [TestCase("train fashion-mnist", "train fashion-mnist --epochs three", "--epochs must be a whole number, at least 1, not 'three'.")]
    [TestCase("train fashion-mnist", "train fashion-mnist --batch -1", "--batch must be a whole number, at least 1, not '-1'.")]
    [TestCase("train fashion-mnist", "train fashion-mnist --lr nan", "--lr must be a positive number, not 'nan'.")]
    [TestCase("train fashion-mnist", "train fashion-mnist --lr 1e999", "--lr must be a positive number, not '1e999'.")]
    [TestCase("train fashion-mnist", "train fashion-mnist --seed 99999999999", "--seed must be a whole number that is not negative, not '99999999999'.")]
    [TestCase("train fashion-mnist", "train fashion-mnist --epochs", "--epochs")]
    [TestCase("train fashion-mnist", "train fashion-mnist --nonsense", "'fashion-mnist' has no option '--nonsense'; the nearest one is '--")]
    [TestCase("train fashion-mnist", "train fashion-mnist --resume", "--resume needs --out DIR, the folder of the run to go on with.")]
    [TestCase("train", "train mnist", "'mnist'", "'fashion-mnist'")]
    [TestCase("train", "train", "Required command")]
    [TestCase("train gpt-char", "train gpt-char --widht=64", "'gpt-char' has no option '--widht'; the nearest one is '--width'.")]
    [TestCase("train gpt-char", "train gpt-char --dropout=1", "--dropout must be a number from 0 to 0.99, not '1'.")]
    [TestCase("generate", "generate run --prompt a --top-p 0", "--top-p must be a number from above 0 to 1, not '0'.")]
    [TestCase("translate", "translate run", "either TEXT or --file FILE")]
    [TestCase("data fetch", "data fetch mnist", "'mnist'", "'fashion-mnist'")]
    [TestCase("classify", "classify run", "IMAGE")]
    [TestCase("bench", "bench conf", "'conf'", "'conv'")]
    [TestCase("bench compare", "bench compare", "FILE")]
    [TestCase("profile train", "profile train mnist", "'mnist'", "'fashion-mnist'")]
    [TestCase("validate", "validate --suite speed", "'speed'", "'golden'")]
    [TestCase("computecore", "", "Required command")]
    public void What_is_not_understood_is_named_and_the_exit_code_is_2(string command, string arguments, params string[] parts) =>
        Program.Run(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .IsRefused(command == "computecore" ? command : $"computecore {command}", parts);

    [TestCase("")]
    [TestCase("devices")]
    [TestCase("data fetch")]
    [TestCase("train")]
    [TestCase("train gpt-bpe")]
    [TestCase("train translate")]
    [TestCase("train bert-mlm")]
    [TestCase("generate")]
    [TestCase("translate")]
    [TestCase("evaluate")]
    [TestCase("classify")]
    [TestCase("info")]
    [TestCase("tokenize")]
    [TestCase("tokenizer train")]
    [TestCase("validate")]
    [TestCase("bench")]
    [TestCase("profile")]
    [TestCase("profile train")]
    public void Every_command_has_a_help_that_fits_its_name(string command)
    {
        string[] words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var outcome = Program.Run([.. words, "--help"]);
        outcome.IsDone();
        Assert.That(outcome.Output, Does.Contain(string.Join(' ', ["computecore", .. words])).And.Contain("--json").And.Contain("--verbose"));
    }

    [Test]
    public void A_device_that_does_not_exist_is_told_with_those_that_do() =>
        Program.Run("evaluate", "anything", "--device", "tpu:0").Fails("There is no device 'tpu:0'; this machine has cpu, reference, ");

    [Test]
    public void The_stack_trace_is_printed_only_when_it_is_asked_for()
    {
        using var folder = new TemporaryFolder();
        var nothing = folder.File("nothing");
        Program.Run("evaluate", nothing).Fails(nothing);
        var verbose = Program.Run("evaluate", nothing, "--verbose");
        Assert.That(verbose.ExitCode, Is.EqualTo(1));
        Assert.That(verbose.Error, Does.StartWith("computecore: ").And.Contain("IOException").And.Contain("   at ComputeCore.Cli."));
    }

    [Test]
    public void Devices_are_listed_for_scripts_and_for_people()
    {
        var devices = Program.Run("devices", "--json").Json.GetProperty("devices");
        foreach (var device in devices.EnumerateArray())
            Assert.That(device.EnumerateObject().Select(property => property.Name), Is.EqualTo(new[] { "name", "kind", "description", "usable", "reason" }));
        Assert.That(devices.EnumerateArray().Select(device => device.GetProperty("name").GetString()), Is.SupersetOf(new[] { "cpu", "reference", "cuda:0", "opencl:0", "vulkan:0" }));
        foreach (var device in devices.EnumerateArray().Where(device => !device.GetProperty("usable").GetBoolean()))
            Assert.That(device.GetProperty("reason").GetString(), Is.Not.Empty);
        Assert.That(Program.Run("devices").Output, Does.Contain("cpu").And.Contain("reference"));
    }

    [Test]
    public void Data_that_are_in_the_cache_are_not_fetched_again()
    {
        using var cache = new TemporaryFolder();
        var data = SyntheticData.Write(cache.File("computecore/datasets/fashion-mnist"), 10, 10);
        var process = Program.Start(new Dictionary<string, string> { ["XDG_CACHE_HOME"] = cache.File("") }, "data", "fetch", "fashion-mnist", "--json");
        var document = Program.Finish(process).Json;
        Assert.That(document.EnumerateObject().Select(property => (property.Name, property.Value.GetString())), Is.EqualTo(new[] { ("name", "fashion-mnist"), ("folder", data) }));
    }
}
