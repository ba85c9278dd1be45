using System.Text.Json;
using ComputeCore.Text;
using NUnit.Framework;

namespace ComputeCore.Cli.Tests;

/// <summary><c>attention</c>: the weights that are drawn are the definition's.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class AttentionTests : IDisposable
{
    private const int Heads = 2;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Test]
    public void A_decoders_heads_look_back_by_the_softmax_of_their_products()
    {
        var run = Trained("gpt-bpe");
        const string Sentence = "the old cat sees";
        var maps = Maps(run, Sentence);
        Assert.That(maps.Select(map => (map.Kind, map.Layer)), Is.EqualTo(new[] { ("decoder", 0), ("decoder", 1) }));
        Assert.That(string.Concat(maps[0].Keys), Is.EqualTo(Sentence.Replace(' ', '▁')));
        Assert.That(maps[0].Queries, Is.EqualTo(maps[0].Keys));
        foreach (var map in maps)
            AssertIsAttention(map, isCausal: true);

        using var layers = new Float64Layers(Path.Combine(run, "model.safetensors"));
        var x = Float64Layers.Sum(Rows(layers.Matrix("wte.weight"), Ids(run, Sentence)), layers.Matrix("wpe.weight"));
        var qkv = layers.Linear(layers.LayerNorm(x, "h.0.ln_1"), "h.0.attn.c_attn.weight", "h.0.attn.c_attn.bias", isTransposed: true);
        AssertSame(maps[0], Float64Layers.Weights([.. qkv.Select(token => token[..16])], [.. qkv.Select(token => token[16..32])], Heads, isCausal: true));
    }

    [Test]
    public void An_encoders_heads_look_both_ways()
    {
        var run = Trained("bert-mlm");
        var maps = Maps(run, "the old dog opens the window.");
        Assert.That(maps.Select(map => (map.Kind, map.Layer)), Is.EqualTo(new[] { ("encoder", 0), ("encoder", 1) }));
        Assert.That((maps[0].Keys[0], maps[0].Keys[^1]), Is.EqualTo(("[CLS]", "[SEP]")));
        foreach (var map in maps)
            AssertIsAttention(map, isCausal: false);

        var tokenizer = Tokenizer.Load(Path.Combine(run, "tokenizer.json"));
        int[] ids = [tokenizer.SpecialTokens["[CLS]"], .. Ids(run, "the old dog opens the window."), tokenizer.SpecialTokens["[SEP]"]];
        using var layers = new Float64Layers(Path.Combine(run, "model.safetensors"));
        const string Embeddings = "bert.embeddings", Layer = "bert.encoder.layer.0.attention.self";
        var segment = layers.Matrix($"{Embeddings}.token_type_embeddings.weight")[0];
        var x = Float64Layers.Sum(Rows(layers.Matrix($"{Embeddings}.word_embeddings.weight"), ids), layers.Matrix($"{Embeddings}.position_embeddings.weight"));
        x = layers.LayerNorm(Float64Layers.Sum(x, [.. x.Select(_ => segment)]), $"{Embeddings}.LayerNorm", 1e-12);
        AssertSame(maps[0], Float64Layers.Weights(
            layers.Linear(x, $"{Layer}.query.weight", $"{Layer}.query.bias"), layers.Linear(x, $"{Layer}.key.weight", $"{Layer}.key.bias"), Heads, isCausal: false));
    }

    [Test]
    public void A_translation_has_three_kinds_of_attention()
    {
        var run = Trained("translate");
        const string Source = "the new whale finds the document.", Target = "新鲸鱼找到文档。";
        var maps = Maps(run, Source, "--target", Target);
        Assert.That(maps.Select(map => (map.Kind, map.Layer)), Is.EquivalentTo(new[] { ("encoder", 0), ("encoder", 1), ("decoder", 0), ("decoder", 1), ("cross", 0), ("cross", 1) }));
        foreach (var map in maps)
            AssertIsAttention(map, map.Kind == "decoder");

        using var layers = new Float64Layers(Path.Combine(run, "model.safetensors"));
        var special = Tokenizer.Load(Path.Combine(run, "tokenizer.json")).SpecialTokens;
        const string Encoder = "transformer.encoder.layers", Decoder = "transformer.decoder.layers.0";
        var memory = Embed([.. Ids(run, Source), special["</s>"]]);
        for (var i = 0; i < 2; i++)
        {
            var (attended, weights) = layers.Attention(memory, memory, $"{Encoder}.{i}.self_attn", Heads, isCausal: false);
            AssertSame(Map("encoder", i), weights);
            memory = layers.LayerNorm(Float64Layers.Sum(memory, attended), $"{Encoder}.{i}.norm1");
            memory = layers.LayerNorm(Float64Layers.Sum(memory, layers.FeedForward(memory, $"{Encoder}.{i}")), $"{Encoder}.{i}.norm2");
        }

        memory = layers.LayerNorm(memory, "transformer.encoder.norm");
        var y = Embed([special["<s>"], .. Ids(run, Target)]);
        var (self, selfWeights) = layers.Attention(y, y, $"{Decoder}.self_attn", Heads, isCausal: true);
        AssertSame(Map("decoder", 0), selfWeights);
        y = layers.LayerNorm(Float64Layers.Sum(y, self), $"{Decoder}.norm1");
        AssertSame(Map("cross", 0), layers.Attention(y, memory, $"{Decoder}.multihead_attn", Heads, isCausal: false).Weights);

        // Without a target, the decoder reads the model's own translation.
        var own = Maps(run, Source, "--kind", "cross");
        Assert.That(own.Select(map => map.Kind), Has.All.EqualTo("cross"));
        Assert.That(own[0].Keys, Is.EqualTo(Map("cross", 0).Keys));
        Assert.That(own[0].Queries[0], Is.EqualTo("<s>"));

        AttentionMap Map(string kind, int layer) => maps.Single(map => (map.Kind, map.Layer) == (kind, layer));

        double[][] Embed(int[] ids) => Float64Layers.Sum(
            [.. Rows(layers.Matrix("embedding.weight"), ids).Select(token => Array.ConvertAll(token, value => value * 4))],
            [.. ids.Select((_, position) => Enumerable.Range(0, 16).Select(i => i % 2 == 0
                ? Math.Sin(position / Math.Pow(10_000, i / 16.0)) : Math.Cos(position / Math.Pow(10_000, (i - 1) / 16.0))).ToArray())]);
    }

    [Test]
    public void Layers_and_heads_are_chosen_and_what_is_not_there_is_told()
    {
        var run = Trained("gpt-char");
        var output = folder.File("maps");
        Program.Run("attention", run, "the cat", "--layers", "1", "--heads", "0,1", "--out", output).IsDone();
        Assert.That(Directory.GetFiles(output).Select(Path.GetFileName), Is.EqualTo(new[] { "decoder-1.png" }));
        Assert.That(File.ReadAllBytes(Path.Combine(output, "decoder-1.png"))[1..4], Is.EqualTo("PNG"u8.ToArray()));
        Assert.That(Maps(run, "the cat", "--heads", "1")[0].Heads.Keys, Is.EqualTo(new[] { 1 }));

        Directory.Delete(output, recursive: true);
        Program.Run("attention", run, "the cat", "--layers", "2", "--out", output).Fails("no layer 2", "from 0 to 1");
        Program.Run("attention", run, "the cat", "--heads", "0,7", "--out", output).Fails("no head 7", "from 0 to 1");
        Program.Run("attention", run, "the cat", "--kind", "cross", "--out", output).Fails("'cross'");
        Program.Run("attention", run, "", "--out", output).Fails("The sentence is empty.");
        Program.Run("attention", run, new string('t', 33), "--out", output).Fails("33 tokens", "context of 32");
        Program.Run("attention", run, "Zebra", "--out", output).Fails("'Z'");
        Program.Run("attention", run, "the cat", "--target", "x", "--out", output).Fails("gpt-char", "translation model");
        Assert.That(Directory.Exists(output), Is.False);
        Program.Run("attention", run, "the cat", "--layers", "one").IsRefused("computecore attention", "--layers", "'one'");
    }

    private string Trained(string recipe)
    {
        var run = folder.File(recipe);
        SyntheticText.Train(recipe, folder, run, "--steps=10", "--lr=0.01").IsDone();
        return run;
    }

    private AttentionMap[] Maps(string run, string sentence, params string[] options)
    {
        var document = Program.Run(["attention", run, sentence, "--out", folder.File("pictures"), "--json", .. options]).Json;
        return [.. document.GetProperty("layers").EnumerateArray().Select(layer =>
        {
            Assert.That(new FileInfo(layer.GetProperty("picture").GetString()!).Length, Is.GreaterThan(1000));
            return new AttentionMap(
                layer.GetProperty("kind").GetString()!, layer.GetProperty("layer").GetInt32(), Strings("queries"), Strings("keys"),
                layer.GetProperty("heads").EnumerateArray().ToDictionary(
                    head => head.GetProperty("head").GetInt32(), head => head.GetProperty("weights").Deserialize<double[][]>()!));

            string[] Strings(string name) => layer.GetProperty(name).Deserialize<string[]>()!;
        })];
    }

    private static int[] Ids(string run, string text) => Tokenizer.Load(Path.Combine(run, "tokenizer.json")).Encode(text);

    private static double[][] Rows(double[][] table, int[] ids) => Array.ConvertAll(ids, id => table[id]);

    private static void AssertIsAttention(AttentionMap map, bool isCausal)
    {
        foreach (var rows in map.Heads.Values)
        {
            Assert.That(rows, Has.Length.EqualTo(map.Queries.Length));
            for (var i = 0; i < rows.Length; i++)
            {
                Assert.That(rows[i], Has.Length.EqualTo(map.Keys.Length));
                Assert.That(rows[i].Sum(), Is.EqualTo(1).Within(1e-6));
                for (var j = 0; j < rows[i].Length; j++)
                    Assert.That(rows[i][j], isCausal && j > i ? Is.Zero : Is.GreaterThan(0));
            }
        }
    }

    private static void AssertSame(AttentionMap map, double[][][] expected)
    {
        for (var head = 0; head < Heads; head++)
            for (var i = 0; i < map.Queries.Length; i++)
                Assert.That(map.Heads[head][i], Is.EqualTo(expected[head][i]).Within(2e-6), $"{map.Kind} {map.Layer}, head {head}, query {i}");
    }

    private sealed record AttentionMap(string Kind, int Layer, string[] Queries, string[] Keys, IReadOnlyDictionary<int, double[][]> Heads);
}
