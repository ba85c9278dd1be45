using System.Text;
using ComputeCore.Devices;
using ComputeCore.Formats;
using ComputeCore.Formats.Safetensors;
using ComputeCore.Nn;
using ComputeCore.Validation.Golden;
using GoldenModels = ComputeCore.Validation.Golden.Families.Transformers;
using NUnit.Framework;

namespace ComputeCore.Models.Tests.Transformers;

/// <summary>Files with PyTorch's and Hugging Face's names go in and come out.</summary>
public sealed class LoadingTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly RandomGenerator random = new(3);

    private static IEnumerable<string> Families => GoldenFiles.Cases.Where(golden => golden.Family == "transformers").Select(golden => golden.Operation);

    public void Dispose()
    {
        random.Dispose();
        folder.Dispose();
    }

    [TestCaseSource(nameof(Families))]
    public void What_PyTorch_saved_loads_by_name_and_gives_PyTorchs_outputs(string family)
    {
        var golden = GoldenOf(family);
        var path = Save(StateOf(golden));
        var (model, _, logitsOf) = GoldenModels.SubjectOf(golden, random);
        Load(path, model);
        AssertGivesGoldenLogits(golden, model, logitsOf);

        // What the engine saves is what it loads, name by name.
        StateFile.Save(path, model);
        var (again, _, logitsAgain) = GoldenModels.SubjectOf(golden, random);
        Load(path, again);
        AssertGivesGoldenLogits(golden, again, logitsAgain);
        SmallModels.Release(model);
        SmallModels.Release(again);
    }

    [Test]
    public void The_published_names_are_the_models_own()
    {
        Assert.That(Names(new Gpt2(Gpt2Configuration.Small, random)), Is.SupersetOf(new[]
        {
            "wte.weight", "wpe.weight", "h.11.ln_1.weight", "h.11.attn.c_attn.weight", "h.11.attn.c_proj.bias", "h.11.ln_2.bias",
            "h.11.mlp.c_fc.weight", "h.11.mlp.c_proj.weight", "ln_f.weight",
        }));
        Assert.That(Names(new Llama(LlamaConfiguration.TinyLlama_1_1B, random)), Is.SupersetOf(new[]
        {
            "model.embed_tokens.weight", "model.layers.21.input_layernorm.weight", "model.layers.21.self_attn.q_proj.weight",
            "model.layers.21.self_attn.o_proj.weight", "model.layers.21.post_attention_layernorm.weight",
            "model.layers.21.mlp.gate_proj.weight", "model.layers.21.mlp.down_proj.weight", "model.norm.weight", "lm_head.weight",
        }));
        Assert.That(Names(new BertPretraining(BertConfiguration.Base, random)), Is.SupersetOf(new[]
        {
            "bert.embeddings.word_embeddings.weight", "bert.embeddings.token_type_embeddings.weight", "bert.embeddings.LayerNorm.bias",
            "bert.encoder.layer.11.attention.self.query.bias", "bert.encoder.layer.11.attention.output.LayerNorm.weight",
            "bert.encoder.layer.11.intermediate.dense.weight", "bert.encoder.layer.11.output.dense.bias", "bert.pooler.dense.weight",
            "cls.predictions.bias", "cls.predictions.transform.dense.weight", "cls.predictions.transform.LayerNorm.bias", "cls.seq_relationship.weight",
        }));
    }

    [Test]
    public void An_encoder_loads_from_a_file_with_heads_and_old_names()
    {
        var golden = GoldenOf("bert");
        var path = Save(StateOf(golden).ToDictionary(
            entry => entry.Key.Replace("LayerNorm.weight", "LayerNorm.gamma").Replace("LayerNorm.bias", "LayerNorm.beta"), entry => entry.Value));
        var bert = new Bert(new(2, 32, 4) { VocabularySize = 47, ContextLength = 16 }, random);
        bert.Load(path);
        Assert.That(bert.Parameters().Single(entry => entry.Name == "embeddings.LayerNorm.weight").Variable.Read().ToDoubles(),
            Is.EqualTo(golden["state/bert.embeddings.LayerNorm.weight"].ToDoubles()));
    }

    [Test]
    public void A_file_without_the_prefix_loads_as_well()
    {
        var golden = GoldenOf("gpt2");
        var path = Save(StateOf(golden).Where(entry => entry.Key != "lm_head.weight").ToDictionary(entry => entry.Key["transformer.".Length..], entry => entry.Value));
        var (model, _, logitsOf) = GoldenModels.SubjectOf(golden, random);
        Load(path, model);
        AssertGivesGoldenLogits(golden, model, logitsOf);
        SmallModels.Release(model);
    }

    [Test]
    public void Half_precision_weights_in_shards_load_as_their_f32_values([Values("F16", "BF16")] string type)
    {
        // Every second tensor in each of two files, written byte by byte.
        var state = StateOf(GoldenOf("gpt2")).Where(entry => entry.Value.ElementType == ElementType.Float32).ToDictionary();
        foreach (var shard in new[] { 0, 1 })
            File.WriteAllBytes(folder.File($"model-{shard}.safetensors"), Halves([.. state.Where((_, i) => i % 2 == shard)], type));
        var index = folder.File("model.safetensors.index.json");
        File.WriteAllText(index, $$$"""{"weight_map":{{{{string.Join(',', state.Keys.Select((name, i) => $"\"{name}\":\"model-{i % 2}.safetensors\""))}}}}}""");
        var model = new Gpt2(new(2, 32, 4) { VocabularySize = 53, ContextLength = 16 }, random);
        model.Load(index);
        foreach (var (name, variable) in model.State())
            Assert.That(variable.Read().ToDoubles(), Is.EqualTo(state[$"transformer.{name}"].ToDoubles().Select(value => Rounded((float)value, type))), name);
        SmallModels.Release(model);
    }

    [Test]
    public void What_does_not_fit_is_named_with_both_shapes_and_changes_nothing()
    {
        var state = StateOf(GoldenOf("gpt2"));
        AssertRefused(state, "holds 'transformer.wpe.weight' as f32[16, 32], but the model has f32[24, 32]", context: 24);
        AssertRefused(Without("transformer.h.1.ln_2.bias"), "has no tensor 'h.1.ln_2.bias' f32[32], which the model needs");
        AssertRefused(With("transformer.h.2.ln_1.bias", new TensorData(new(ElementType.Float32, [32]))), "holds a tensor 'transformer.h.2.ln_1.bias', which the model does not have");
        AssertRefused(With("lm_head.weight", new TensorData(new(ElementType.Float32, [53, 32]))), "holds 'transformer.wte.weight' with other values than 'lm_head.weight', which are one in the model");

        Dictionary<string, TensorData> Without(string name) => state.Where(entry => entry.Key != name).ToDictionary();
        Dictionary<string, TensorData> With(string name, TensorData value) => new(state) { [name] = value };
    }

    private void AssertRefused(Dictionary<string, TensorData> state, string what, int context = 16)
    {
        var path = Save(state);
        var model = new Gpt2(new(2, 32, 4) { VocabularySize = 53, ContextLength = context }, random);
        var before = model.State().Select(entry => entry.Variable.Read()).ToArray();
        Assert.That(() => model.Load(path), Throws.InstanceOf<InvalidFileException>().With.Message.EqualTo($"The file '{path}' {what}."));
        foreach (var ((name, variable), old) in model.State().Zip(before))
            Assert.That(variable.Read().Bytes.SequenceEqual(old.Bytes), name);
    }

    // BF16 is cut off, not rounded: it only has to be known what the file says.
    private static byte[] Halves(KeyValuePair<string, TensorData>[] tensors, string type)
    {
        var (header, data) = (new List<string>(), new List<byte>());
        foreach (var (name, tensor) in tensors)
        {
            header.Add($$$"""
                "{{{name}}}":{"dtype":"{{{type}}}","shape":[{{{string.Join(',', tensor.Shape.ToArray())}}}],"data_offsets":[{{{data.Count}}},{{{data.Count + 2 * tensor.Shape.ElementCount}}}]}
                """);
            foreach (var value in tensor.AsSpan<float>())
                data.AddRange(BitConverter.GetBytes(type == "F16" ? BitConverter.HalfToUInt16Bits((Half)value) : (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16)));
        }

        var json = Encoding.UTF8.GetBytes($"{{{string.Join(',', header)}}}");
        return [.. BitConverter.GetBytes((ulong)json.Length), .. json, .. data];
    }

    private static double Rounded(float value, string type) =>
        type == "F16" ? (double)(Half)value : BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) & 0xFFFF0000);

    private static void AssertGivesGoldenLogits(GoldenCase golden, Module model, Func<Tensor[], Tensor[]> logitsOf)
    {
        using var device = Device.Open("cpu");
        model.Train(false);
        using var function = new Function(device, logitsOf);
        var logits = function.Run(golden.All("input"));
        for (var i = 0; i < logits.Length; i++)
            Assert.That(Criterion.DeviationOf($"logits{i}", logits[i], golden).IsAllowed, $"logits{i}");
    }

    private static void Load(string path, Module model)
    {
        if (model is PretrainedModel pretrained)
            pretrained.Load(path);
        else
            StateFile.Load(path, model);
    }

    private static IEnumerable<string> Names(Module model) => model.State().Select(entry => entry.Name);

    private static GoldenCase GoldenOf(string family) => GoldenFiles.Cases.Single(golden => golden.Family == "transformers" && golden.Operation == family);

    private static Dictionary<string, TensorData> StateOf(GoldenCase golden) => golden.Tensors
        .Where(entry => entry.Key.StartsWith("state/", StringComparison.Ordinal))
        .ToDictionary(entry => entry.Key["state/".Length..], entry => entry.Value);

    private string Save(Dictionary<string, TensorData> state)
    {
        var path = folder.File("model.safetensors");
        SafetensorsWriter.Write(path, state);
        return path;
    }
}
