using ComputeCore.Nn;
using NUnit.Framework;

namespace ComputeCore.Models.Tests.Transformers;

/// <summary>The published models have the published numbers of parameters, and are counted without memory for them.</summary>
public sealed class ParameterCountTests
{
    private static readonly RandomGenerator Random = new(0);

    private static IEnumerable<TestCaseData> Published =>
    [
        Case("GPT-2 small", 124_439_808, () => new Gpt2(Gpt2Configuration.Small, Random)),
        Case("GPT-2 medium", 354_823_168, () => new Gpt2(Gpt2Configuration.Medium, Random)),
        Case("GPT-2 large", 774_030_080, () => new Gpt2(Gpt2Configuration.Large, Random)),
        Case("GPT-2 XL", 1_557_611_200, () => new Gpt2(Gpt2Configuration.XL, Random)),
        Case("BERT base", 109_482_240, () => new Bert(BertConfiguration.Base, Random)),
        Case("BERT large", 335_141_888, () => new Bert(BertConfiguration.Large, Random)),
        // The heads: a layer of 768 x 768, its normalization, 30,522 biases, and 768 x 2 weights for the next sentence.
        Case("BERT base with heads", 109_482_240 + 768 * 768 + 3 * 768 + 30_522 + 2 * 768 + 2, () => new BertPretraining(BertConfiguration.Base, Random)),
        Case("Llama 2 7B", 6_738_415_616, () => new Llama(LlamaConfiguration.Llama2_7B, Random)),
        Case("Llama 2 13B", 13_015_864_320, () => new Llama(LlamaConfiguration.Llama2_13B, Random)),
        Case("Llama 2 70B", 68_976_648_192, () => new Llama(LlamaConfiguration.Llama2_70B, Random)),
        Case("Llama 3 8B", 8_030_261_248, () => new Llama(LlamaConfiguration.Llama3_8B, Random)),
        Case("TinyLlama", 1_100_048_384, () => new Llama(LlamaConfiguration.TinyLlama_1_1B, Random)),
        Case("SmolLM 135M", 134_515_008, () => new Llama(LlamaConfiguration.SmolLM_135M, Random)),
        // An attention has four matrices of width² and as many biases, a feed-forward layer two matrices and two biases, and each
        // sub-layer a normalization of 2 · width. The decoder's layers have two attentions.
        Case("Transformer base", Derived(512, 2048), () => new TranslationTransformer(TranslationConfiguration.Base, Random)),
        Case("Transformer base, as its documentation says", 63_082_496, () => new TranslationTransformer(TranslationConfiguration.Base, Random)),
        Case("Transformer big", Derived(1024, 4096), () => new TranslationTransformer(TranslationConfiguration.Big, Random)),
        Case("Transformer big, as its documentation says", 214_245_376, () => new TranslationTransformer(TranslationConfiguration.Big, Random)),
    ];

    [TestCaseSource(nameof(Published))]
    public void A_published_model_has_its_number_of_parameters(long expected, Func<Module> make)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(make().Parameters().Sum(parameter => parameter.Variable.Shape.ElementCount), Is.EqualTo(expected));
        // What there is are tables of rotary positions.
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(20 << 20), "bytes allocated");
    }

    private static TestCaseData Case(string name, long parameters, Func<Module> make) => new TestCaseData(parameters, make).SetArgDisplayNames(name);

    private static long Derived(long width, long hidden)
    {
        var (attention, feedForward, norm) = (4 * (width * width + width), 2 * width * hidden + hidden + width, 2 * width);
        return 37_000 * width + 6 * (attention + feedForward + 2 * norm) + 6 * (2 * attention + feedForward + 3 * norm);
    }
}
