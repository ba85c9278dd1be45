using NUnit.Framework;

namespace ComputeCore.Text.Tests.Metrics;

public class BleuTests
{
    // The example of sacreBLEU's README; its value is the one that sacreBLEU's own tests hold.
    [Test]
    public void The_example_of_sacreBLEU_has_its_score()
    {
        var bleu = Bleu.Of(
            ["The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."],
            [
                ["The dog bit the man.", "The dog had bit the man."],
                ["It was not unexpected.", "No one was surprised."],
                ["The man bit him first.", "The man had bitten the dog."],
            ],
            BleuTokenization.Mteval13a);
        Assert.That(bleu.Score, Is.EqualTo(48.530827).Within(1e-6));
        Assert.That(bleu.Signature, Does.StartWith("nrefs:2|case:mixed|eff:no|tok:13a|smooth:exp|version:"));
    }

    // Six words, of which five are right, four pairs of five, three of four, two of three; seven words in the reference.
    [Test]
    public void A_score_worked_out_by_hand()
    {
        var bleu = Bleu.Of(["a b c d e x"], [["a b c d e f g"]], BleuTokenization.Mteval13a);
        var mean = Math.Pow(5 / 6.0 * (4 / 5.0) * (3 / 4.0) * (2 / 3.0), 0.25);
        Assert.That(bleu.Score, Is.EqualTo(100 * Math.Exp(1 - 7 / 6.0) * mean).Within(1e-9));
        Assert.That((bleu.HypothesisLength, bleu.ReferenceLength), Is.EqualTo((6, 7)));
    }

    // No pair is right, nor anything longer: 1/2 of 3, 1/4 of 2, 1/8 of 1.
    [Test]
    public void What_never_occurs_is_smoothed_to_halves_of_halves()
    {
        var bleu = Bleu.Of(["b a d c"], [["a b c d"]], BleuTokenization.Mteval13a);
        Assert.That(bleu.Precisions, Is.EqualTo(new[] { 100, 100 / 6.0, 100 / 8.0, 100 / 8.0 }).Within(1e-9));
    }

    [Test]
    public void Nothing_right_and_nothing_at_all_score_zero()
    {
        Assert.That(Bleu.Of(["x y z w"], [["a b c d"]], BleuTokenization.Mteval13a).Score, Is.Zero);
        Assert.That(Bleu.Of([""], [["a b c d"]], BleuTokenization.Mteval13a).Score, Is.Zero);
    }

    [TestCase("Hello, world! 3.5 e-mail 10-12 (\"x\") &quot;", "Hello , world ! 3.5 e-mail 10 - 12 ( \" x \" ) \"", BleuTokenization.Mteval13a)]
    [TestCase("选择“文件”，然后 Ctrl+S。", "选 择 “ 文 件 ” ， 然 后 Ctrl + S 。", BleuTokenization.Chinese)]
    [TestCase("在 LibreOffice 3.5 中", "在 LibreOffice 3.5 中", BleuTokenization.Chinese)]
    public void Words_are_cut_as_the_named_rule_says(string line, string words, BleuTokenization tokenization) =>
        Assert.That(string.Join(' ', BleuWords.Of(line, tokenization)), Is.EqualTo(words));
}
