"""Small Transformers of each family: weights under their published names, logits, loss, gradients, losses of ten AdamW steps.

Debian has no transformers package, so the modules are written here, in the shape and with the names of Hugging Face's; the
encoder-decoder is PyTorch's own nn.Transformer.
"""
import copy
import math

import torch
import torch.nn.functional as F
from torch import nn

from golden import Golden, generator, integers

STEPS, LEARNING_RATE, WEIGHT_DECAY = 10, 1e-3, 0.1
IGNORED = -100


class Conv1D(nn.Module):
    """A linear layer whose weight is [in, out]."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.empty(inputs, outputs)), nn.Parameter(torch.empty(outputs))

    def forward(self, x):
        return x @ self.weight + self.bias


def attention(q, k, v, visible):
    """softmax(q k^T / sqrt(D)) v for q [B, H, T, D], k and v [B, G, S, D] and visible, which broadcasts to [B, H, T, S]."""
    share = q.shape[1] // k.shape[1]
    k, v = k.repeat_interleave(share, dim=1), v.repeat_interleave(share, dim=1)
    scores = (q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])).masked_fill(~visible, -math.inf)
    return scores.softmax(-1) @ v


def split_heads(x, heads):
    return x.view(*x.shape[:2], heads, -1).transpose(1, 2)


def join_heads(x):
    return x.transpose(1, 2).flatten(2)


def causal(length):
    return torch.ones(length, length).tril().bool()


class Gpt2Attention(nn.Module):
    def __init__(self, width, heads, context):
        super().__init__()
        self.heads = heads
        self.register_buffer("bias", causal(context).view(1, 1, context, context))
        self.c_attn, self.c_proj = Conv1D(width, 3 * width), Conv1D(width, width)

    def forward(self, x):
        length = x.shape[1]
        q, k, v = (split_heads(part, self.heads) for part in self.c_attn(x).chunk(3, -1))
        return self.c_proj(join_heads(attention(q, k, v, self.bias[:, :, :length, :length])))


class Gpt2Mlp(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.c_fc, self.c_proj = Conv1D(width, 4 * width), Conv1D(4 * width, width)

    def forward(self, x):
        return self.c_proj(F.gelu(self.c_fc(x), approximate="tanh"))


class Gpt2Block(nn.Module):
    def __init__(self, width, heads, context):
        super().__init__()
        self.ln_1, self.attn = nn.LayerNorm(width), Gpt2Attention(width, heads, context)
        self.ln_2, self.mlp = nn.LayerNorm(width), Gpt2Mlp(width)

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class Gpt2(nn.Module):
    def __init__(self, vocabulary, context, width, layers, heads):
        super().__init__()
        self.transformer = nn.ModuleDict({
            "wte": nn.Embedding(vocabulary, width),
            "wpe": nn.Embedding(context, width),
            "h": nn.ModuleList([Gpt2Block(width, heads, context) for _ in range(layers)]),
            "ln_f": nn.LayerNorm(width),
        })
        self.lm_head = nn.Linear(width, vocabulary, bias=False)
        self.lm_head.weight = self.transformer.wte.weight

    def forward(self, tokens):
        parts = self.transformer
        x = parts.wte(tokens) + parts.wpe(torch.arange(tokens.shape[1]))
        for block in parts.h:
            x = block(x)
        return [self.lm_head(parts.ln_f(x))]


class RmsNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(width))

    def forward(self, x):
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5))


def rotate(x, base=10_000.0):
    """Rotary positions with pairs (i, i + D/2), for x [B, H, T, D]."""
    length, size = x.shape[-2:]
    frequencies = base ** (-torch.arange(0, size, 2, dtype=torch.float64) / size)
    angles = torch.arange(length, dtype=torch.float64)[:, None] * frequencies
    cosines, sines = (torch.cat([part, part], -1).to(x.dtype) for part in (angles.cos(), angles.sin()))
    first, second = x.chunk(2, -1)
    return x * cosines + torch.cat([-second, first], -1) * sines


class LlamaAttention(nn.Module):
    def __init__(self, width, heads, key_heads):
        super().__init__()
        self.heads, self.key_heads = heads, key_heads
        key_width = width // heads * key_heads
        self.q_proj, self.k_proj = nn.Linear(width, width, bias=False), nn.Linear(width, key_width, bias=False)
        self.v_proj, self.o_proj = nn.Linear(width, key_width, bias=False), nn.Linear(width, width, bias=False)

    def forward(self, x):
        q, k = rotate(split_heads(self.q_proj(x), self.heads)), rotate(split_heads(self.k_proj(x), self.key_heads))
        v = split_heads(self.v_proj(x), self.key_heads)
        return self.o_proj(join_heads(attention(q, k, v, causal(x.shape[1]))))


class LlamaMlp(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.gate_proj, self.up_proj = nn.Linear(width, hidden, bias=False), nn.Linear(width, hidden, bias=False)
        self.down_proj = nn.Linear(hidden, width, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class LlamaBlock(nn.Module):
    def __init__(self, width, heads, key_heads, hidden):
        super().__init__()
        self.input_layernorm, self.self_attn = RmsNorm(width), LlamaAttention(width, heads, key_heads)
        self.post_attention_layernorm, self.mlp = RmsNorm(width), LlamaMlp(width, hidden)

    def forward(self, x):
        x = x + self.self_attn(self.input_layernorm(x))
        return x + self.mlp(self.post_attention_layernorm(x))


class Llama(nn.Module):
    def __init__(self, vocabulary, width, layers, heads, key_heads, hidden):
        super().__init__()
        self.model = nn.ModuleDict({
            "embed_tokens": nn.Embedding(vocabulary, width),
            "layers": nn.ModuleList([LlamaBlock(width, heads, key_heads, hidden) for _ in range(layers)]),
            "norm": RmsNorm(width),
        })
        self.lm_head = nn.Linear(width, vocabulary, bias=False)

    def forward(self, tokens):
        x = self.model.embed_tokens(tokens)
        for block in self.model.layers:
            x = block(x)
        return [self.lm_head(self.model.norm(x))]


def bert_norm(width):
    return nn.LayerNorm(width, eps=1e-12)


class BertLayer(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.attention = nn.ModuleDict({
            "self": nn.ModuleDict({name: nn.Linear(width, width) for name in ("query", "key", "value")}),
            "output": nn.ModuleDict({"dense": nn.Linear(width, width), "LayerNorm": bert_norm(width)}),
        })
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(width, 4 * width)})
        self.output = nn.ModuleDict({"dense": nn.Linear(4 * width, width), "LayerNorm": bert_norm(width)})

    def forward(self, x, visible):
        projections, output = self.attention["self"], self.attention["output"]
        q, k, v = (split_heads(projections[name](x), self.heads) for name in ("query", "key", "value"))
        x = output["LayerNorm"](x + output["dense"](join_heads(attention(q, k, v, visible))))
        return self.output["LayerNorm"](x + self.output["dense"](F.gelu(self.intermediate["dense"](x))))


class Bert(nn.Module):
    """With the heads of BertForPreTraining."""

    def __init__(self, vocabulary, context, width, layers, heads):
        super().__init__()
        words = nn.Embedding(vocabulary, width, padding_idx=0)
        self.bert = nn.ModuleDict({
            "embeddings": nn.ModuleDict({
                "word_embeddings": words,
                "position_embeddings": nn.Embedding(context, width),
                "token_type_embeddings": nn.Embedding(2, width),
                "LayerNorm": bert_norm(width),
            }),
            "encoder": nn.ModuleDict({"layer": nn.ModuleList([BertLayer(width, heads) for _ in range(layers)])}),
            "pooler": nn.ModuleDict({"dense": nn.Linear(width, width)}),
        })
        self.bert.embeddings.register_buffer("position_ids", torch.arange(context).view(1, context))
        predictions = nn.ModuleDict({
            "transform": nn.ModuleDict({"dense": nn.Linear(width, width), "LayerNorm": bert_norm(width)}),
            "decoder": nn.Linear(width, vocabulary),
        })
        predictions.register_parameter("bias", nn.Parameter(torch.empty(vocabulary)))
        predictions.decoder.weight, predictions.decoder.bias = words.weight, predictions.bias
        self.cls = nn.ModuleDict({"predictions": predictions, "seq_relationship": nn.Linear(width, 2)})

    def forward(self, tokens, segments, lengths):
        parts = self.bert.embeddings
        positions = parts.position_ids[:, :tokens.shape[1]]
        x = parts.word_embeddings(tokens) + parts.position_embeddings(positions) + parts.token_type_embeddings(segments)
        x = parts.LayerNorm(x)
        visible = (torch.arange(tokens.shape[1]) < lengths[:, None])[:, None, None, :]
        for layer in self.bert.encoder.layer:
            x = layer(x, visible)
        pooled = torch.tanh(self.bert.pooler.dense(x[:, 0]))
        transform = self.cls.predictions.transform
        guesses = self.cls.predictions.decoder(transform.LayerNorm(F.gelu(transform.dense(x))))
        return [guesses, self.cls.seq_relationship(pooled)]


class Translation(nn.Module):
    def __init__(self, vocabulary, width, layers, heads, hidden):
        super().__init__()
        self.width = width
        self.embedding = nn.Embedding(vocabulary, width)
        self.transformer = nn.Transformer(width, heads, layers, layers, hidden, dropout=0.0, batch_first=True)

    def embed(self, tokens):
        x = self.embedding(tokens)
        angles = torch.arange(tokens.shape[1], dtype=torch.float64)[:, None] * 10_000.0 ** (
            -torch.arange(0, self.width, 2, dtype=torch.float64) / self.width)
        return x * math.sqrt(self.width) + torch.stack([angles.sin(), angles.cos()], -1).flatten(1).to(x.dtype)

    def forward(self, source, target, lengths):
        hidden = torch.arange(source.shape[1]) >= lengths[:, None]
        y = self.transformer(
            self.embed(source), self.embed(target), tgt_mask=~causal(target.shape[1]),
            src_key_padding_mask=hidden, memory_key_padding_mask=hidden)
        return [F.linear(y, self.embedding.weight)]


def initialize(model, random):
    """Normal weights that make all parts matter: matrices of 0.3, biases of 0.1, normalizations around 1."""
    for name, parameter in sorted(model.named_parameters()):
        values = torch.tensor(random.standard_normal(tuple(parameter.shape)), dtype=torch.float32)
        is_norm_weight = parameter.dim() == 1 and name.endswith("weight")
        parameter.data = 1 + 0.1 * values if is_norm_weight else (0.3 if parameter.dim() > 1 else 0.1) * values


def record(model, inputs, targets, smoothing):
    """The model's outputs, gradients and training losses in the precision of its parameters."""
    def loss_of(outputs):
        return sum(F.cross_entropy(output.flatten(0, -2), target.flatten(), ignore_index=IGNORED, label_smoothing=smoothing)
                   for output, target in zip(outputs, targets))

    outputs = model(*inputs)
    loss = loss_of(outputs)
    loss.backward()
    results = {f"logits{i}": output for i, output in enumerate(outputs)} | {"loss": loss}
    results |= {f"grad/{name}": parameter.grad.clone() for name, parameter in model.named_parameters()}

    optimizer, losses = torch.optim.AdamW(model.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY), []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of(model(*inputs))
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return results | {"adamLosses": torch.stack(losses)}


def ignore(targets, lengths):
    """Targets of which those beyond each row's length are ignored."""
    return targets.masked_fill(torch.arange(targets.shape[1]) >= lengths[:, None], IGNORED)


golden = Golden("transformers")


def case(name, model, draw, smoothing=0.0, **configuration):
    random = generator(f"transformers/{name}")
    initialize(model, random)
    inputs, targets = draw(random)
    tensors = {f"state/{key}": tensor.clone() for key, tensor in model.state_dict().items()}
    tensors |= {f"input{i}": tensor for i, tensor in enumerate(inputs)} | {f"target{i}": tensor for i, tensor in enumerate(targets)}
    truth = record(copy.deepcopy(model).double(), inputs, targets, smoothing)
    tensors |= record(model, inputs, targets, smoothing) | {f"{key}.float64": tensor for key, tensor in truth.items()}
    golden.add(name, name, tensors, {
        "lr": LEARNING_RATE, "betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": WEIGHT_DECAY, "steps": STEPS,
        "label_smoothing": smoothing} | configuration)


def language(vocabulary):
    def draw(random):
        tokens = integers(0, vocabulary, 3, 13)(random)
        return [tokens[:, :-1].contiguous()], [tokens[:, 1:].contiguous()]
    return draw


def bert_batch(random):
    lengths = torch.tensor([11, 7, 9])
    tokens, segments = integers(1, 47, 3, 11)(random), integers(0, 2, 3, 11)(random)
    tokens = tokens.masked_fill(torch.arange(11) >= lengths[:, None], 0)
    return [tokens, segments, lengths], [ignore(integers(0, 47, 3, 11)(random), lengths - 3), integers(0, 2, 3)(random)]


def sentence_pairs(random):
    lengths = torch.tensor([9, 4, 6])
    target = integers(0, 41, 3, 8)(random)
    return ([integers(0, 41, 3, 9)(random), target[:, :-1].contiguous(), lengths],
            [ignore(target[:, 1:].contiguous(), torch.tensor([7, 5, 3]))])


case("gpt2", Gpt2(53, 16, 32, 2, 4), language(53), vocabulary=53, context=16, width=32, layers=2, heads=4)
case("llama", Llama(59, 32, 2, 4, 2, 48), language(59), vocabulary=59, width=32, layers=2, heads=4, key_heads=2, hidden=48)
case("bert", Bert(47, 16, 32, 2, 4), bert_batch, vocabulary=47, context=16, width=32, layers=2, heads=4)
case("translation", Translation(41, 32, 2, 4, 48), sentence_pairs, smoothing=0.1, vocabulary=41, width=32, layers=2, heads=4, hidden=48)
golden.write()
