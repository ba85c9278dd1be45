using ComputeCore.Devices;
using NUnit.Framework;

namespace ComputeCore.Models.Tests.Transformers;

/// <summary>What can't be right is an error in one sentence.</summary>
public sealed class MisuseTests
{
    [TestCaseSource(typeof(SmallModels), nameof(SmallModels.Causal))]
    public void A_sequence_longer_than_the_context_is_refused(string name)
    {
        using var random = new RandomGenerator(0);
        using var device = Device.Open("cpu");
        var model = SmallModels.Make(name, random);
        using var function = new Function(device, x => [model.Forward(x[0])]);
        Assert.That(() => function.Run(SmallModels.Integers([1, 33], SmallModels.Tokens(33, 0))),
            Throws.InstanceOf<ShapeException>().With.Message.EqualTo("A sequence of 33 tokens is longer than the model's context of 32."));
        Assert.That(() => model.CreateCache(1, 33), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.StartsWith("Sequences of 33 tokens were asked for; the model takes 1 to 32."));
    }

    [Test]
    public void A_token_outside_of_the_vocabulary_is_refused()
    {
        using var random = new RandomGenerator(0);
        using var device = Device.Open("cpu");
        var model = SmallModels.Make("gpt2", random);
        using var function = new Function(device, x => [model.Forward(x[0])]);
        Assert.That(() => function.Run(SmallModels.Integers([1, 2], 3, SmallModels.Vocabulary)),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains($"the index {SmallModels.Vocabulary} is out of range"));
        SmallModels.Release(model);
    }

    [Test]
    public void Heads_that_do_not_divide_are_refused()
    {
        using var random = new RandomGenerator(0);
        Assert.That(() => new Llama(new(1, 32, 4, 3, 48, 61, 32), random), Throws.ArgumentException.With.Message.Contains("4 query heads can't share 3 key heads evenly"));
    }
}
