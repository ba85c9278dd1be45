using ComputeCore.Cli.Runs;
using ComputeCore.Text;
using NUnit.Framework;

namespace ComputeCore.Cli.Tests;

/// <summary>Texts that are shown as they grow: nothing is shown too early, nothing twice, nothing after the end.</summary>
public class TextStreamTests
{
    // Bytes are tokens, so that characters come in parts.
    private static readonly Tokenizer Bytes = BytePairTrainer.Train(["a"u8.ToArray()], 256, []);

    [Test]
    public void What_may_begin_a_stop_is_held_back_until_it_is_known()
    {
        var shown = Shows("go on, then end it", ["end"], out var stream, out var wentOn);
        Assert.That(wentOn, Is.False);
        Assert.That(string.Concat(shown), Is.EqualTo("go on, then "));
        Assert.That(stream.Finish(), Is.EqualTo("go on, then "));
        Assert.That(string.Concat(shown), Is.EqualTo("go on, then "));
        // "n" is no beginning, "e" is, and "en" of "then" is until the blank.
        Assert.That(shown, Is.SupersetOf(new[] { "o", "n", "en " }));
    }

    [TestCase("aaab!", new[] { "aab" }, "a")]
    [TestCase("abcabd", new[] { "abd" }, "abc")]
    [TestCase("one. two; three", new[] { ";", "." }, "one")]
    [TestCase("xyz", new[] { "yz", "y" }, "x")]
    [TestCase("no stop", new[] { "stopping" }, "no stop")]
    [TestCase("no stop", new string[0], "no stop")]
    public void A_text_ends_before_its_first_stop(string text, string[] stops, string expected)
    {
        var shown = Shows(text, stops, out var stream, out _);
        Assert.That(stream.Finish(), Is.EqualTo(expected));
        Assert.That(string.Concat(shown), Is.EqualTo(expected));
    }

    [Test]
    public void A_character_is_shown_when_all_its_bytes_are_there()
    {
        var shown = Shows("é猫😀", [], out var stream, out _);
        Assert.That(shown, Is.EqualTo(new[] { "é", "猫", "😀" }));
        Assert.That(stream.Finish(), Is.EqualTo("é猫😀"));

        var cut = new TextStream(Bytes, [], null);
        foreach (var token in Bytes.Encode("a猫")[..^1])
            Assert.That(cut.Append(token), Is.True);
        Assert.That(cut.Finish(), Is.EqualTo("a\uFFFD"));
    }

    private static List<string> Shows(string text, string[] stops, out TextStream stream, out bool wentOn)
    {
        var shown = new List<string>();
        stream = new TextStream(Bytes, stops, shown.Add);
        wentOn = true;
        foreach (var token in Bytes.Encode(text))
            if (!(wentOn = stream.Append(token)))
                break;
        return shown;
    }
}
