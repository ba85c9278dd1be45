using NUnit.Framework;

namespace ComputeCore.Nn.Tests.Modules;

public class ModuleTests
{
    private sealed class Encoder : Layer
    {
        private readonly Sequential features;
        private readonly Linear head;

        public Encoder(RandomGenerator random)
        {
            features = Register("features", new Sequential(new Conv2d(1, 2, 3, random), new BatchNorm2d(2), new Sequential(new Relu(), new Dropout(0.5, random))));
            head = Register("head", new Linear(2, 3, random, hasBias: false));
        }

        public override Tensor Forward(Tensor input) => head.Forward(features.Forward(input).Flatten());
    }

    private sealed class Twice : Module
    {
        public Twice(string first, string second)
        {
            Register(first, new Relu());
            Parameter(second, new TensorData(new TensorType(ElementType.Float32, [1])));
        }
    }

    [Test]
    public void Names_are_paths_through_the_nested_modules_as_in_PyTorch()
    {
        using var random = new RandomGenerator(0);
        var model = new Encoder(random);
        Assert.That(model.Parameters().Select(entry => entry.Name), Is.EqualTo(new[]
        {
            "features.0.weight", "features.0.bias", "features.1.weight", "features.1.bias", "head.weight",
        }));
        Assert.That(model.Buffers().Select(entry => entry.Name), Is.EqualTo(new[]
        {
            "features.1.running_mean", "features.1.running_var", "features.1.num_batches_tracked",
        }));
        Assert.That(model.State(), Is.EqualTo(model.Parameters().Concat(model.Buffers())));
    }

    [Test]
    public void Training_and_use_are_set_for_all_modules_inside()
    {
        using var random = new RandomGenerator(0);
        var model = new Encoder(random);
        Assert.That(All(model).Select(module => module.Training), Is.All.True);
        model.Train(false);
        Assert.That(All(model).Select(module => module.Training), Is.All.False);
        model.Train();
        Assert.That(All(model).Select(module => module.Training), Is.All.True);
        Assert.That(All(model).Count(), Is.EqualTo(8));
    }

    [Test]
    public void A_name_is_given_once_in_a_module() =>
        Assert.That(() => new Twice("a", "a"), Throws.ArgumentException.With.Message.Contains("already has 'a'"));

    private static IEnumerable<Module> All(Module module) => [module, .. module.Children.SelectMany(child => All(child.Module))];
}
