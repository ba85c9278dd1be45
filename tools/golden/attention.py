"""Multi-head attention with rotary positions, linear biases and shared key heads; pre- and post-norm layers of Transformers."""
import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.stateless import functional_call

from golden import Golden, constant, normal

golden = Golden("attention")

WIDTH, HEADS, HIDDEN = 24, 4, 20

# Of the weights, as layers draw them. At 0.3 PyTorch's own f32 gradients err by up to 0.7 of the tolerance in the heads and 1.1 in
# the layers, which leaves no room for another order of summation; so they err by up to 0.3 and 0.4.
SCALE = WIDTH ** -0.5


def slopes(heads):
    """As the authors of ALiBi compute them (github.com/ofirpress/attention_with_linear_biases)."""
    def of_power_of_two(n):
        start = 2 ** (-(2 ** -(math.log2(n) - 3)))
        return [start * start ** i for i in range(n)]

    if math.log2(heads).is_integer():
        return of_power_of_two(heads)
    closest = 2 ** math.floor(math.log2(heads))
    return of_power_of_two(closest) + slopes(2 * closest)[0::2][: heads - closest]


def rotate(x, size, interleaved):
    """Rotates the first elements of x [B, H, T, D]; pairs (2i, 2i + 1) are complex numbers, pairs (i, i + size / 2) as in Llama."""
    rotated, kept = x[..., :size], x[..., size:]
    frequencies = 10_000.0 ** (-torch.arange(0, size, 2, dtype=torch.float64) / size)
    angles = torch.arange(x.shape[2], dtype=torch.float64)[:, None] * frequencies
    if interleaved:
        pairs = torch.view_as_complex(rotated.unflatten(-1, (-1, 2)).contiguous())
        turned = torch.view_as_real(pairs * torch.polar(torch.ones_like(angles), angles).to(pairs.dtype)).flatten(-2)
    else:
        first, second = rotated.chunk(2, -1)
        cosines, sines = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
        turned = torch.cat([first * cosines - second * sines, second * cosines + first * sines], -1)
    return torch.cat([turned, kept], -1)


def multi_head_attention(x, bias, weight, outBias, outWeight, *, heads, key_heads, causal, alibi, rotary, interleaved):
    size, length = x.shape[-1] // heads, x.shape[1]
    q, k, v = (part.unflatten(-1, (-1, size)).transpose(1, 2)
               for part in F.linear(x, weight, bias).split([heads * size, key_heads * size, key_heads * size], -1))
    if rotary:
        q, k = rotate(q, rotary, interleaved), rotate(k, rotary, interleaved)
    k, v = (part.repeat_interleave(heads // key_heads, dim=1) for part in (k, v))
    scores = q @ k.transpose(-1, -2) / math.sqrt(size)
    i, j = torch.arange(length)[:, None], torch.arange(length)
    if alibi:
        scores = scores - torch.tensor(slopes(heads), dtype=x.dtype)[:, None, None] * (i - j).abs()
    if causal:
        scores = scores.masked_fill(j > i, -math.inf)
    return F.linear((scores.softmax(-1) @ v).transpose(1, 2).flatten(2), outWeight, outBias)


def attend(name, heads=HEADS, key_heads=None, causal=False, alibi=False, rotary=0, interleaved=False):
    key_heads = key_heads or heads
    rows = WIDTH + 2 * WIDTH // heads * key_heads
    golden.case(name, "multi_head_attention", multi_head_attention,
                [normal(2, 7, WIDTH), normal(rows, scale=0.1), normal(rows, WIDTH, scale=SCALE), normal(WIDTH, scale=0.1), normal(WIDTH, WIDTH, scale=SCALE)],
                heads=heads, key_heads=key_heads, causal=causal, alibi=alibi, rotary=rotary, interleaved=interleaved)


attend("causal", causal=True)
attend("grouped", key_heads=2, causal=True)
attend("multi_query", key_heads=1)
attend("rotary_interleaved", causal=True, rotary=6, interleaved=True)
attend("rotary_interleaved_part", causal=True, rotary=4, interleaved=True)
attend("rotary_interleaved_grouped", key_heads=2, causal=True, rotary=6, interleaved=True)
attend("rotary_halves_part", causal=True, rotary=4)
attend("alibi", causal=True, alibi=True)
attend("alibi_six_heads", heads=6, causal=True, alibi=True)
attend("alibi_both_ways", alibi=True)
attend("alibi_grouped", key_heads=2, causal=True, alibi=True)


# Inputs: x, for a decoder the memory, for layers the length of each (source) sequence, and the parameters sorted by name.

def make(kind, norm_first, activation):
    layer = nn.TransformerEncoderLayer if kind == "encoder_layer" else nn.TransformerDecoderLayer
    return layer(WIDTH, HEADS, HIDDEN, dropout=0.0, activation=activation, batch_first=True, norm_first=norm_first)


def encoder_layer(x, lengths, *parameters, heads, hidden, norm_first, activation):
    layer = make("encoder_layer", norm_first, activation).to(x.dtype)
    hides = torch.arange(x.shape[1]) >= lengths[:, None]
    return functional_call(layer, dict(zip(sorted(layer.state_dict()), parameters)), (x,), {"src_key_padding_mask": hides})


def decoder_layer(x, memory, lengths, *parameters, heads, hidden, norm_first, activation):
    layer = make("decoder_layer", norm_first, activation).to(x.dtype)
    hides, future = torch.arange(memory.shape[1]) >= lengths[:, None], torch.ones(x.shape[1], x.shape[1]).triu(1).bool()
    return functional_call(layer, dict(zip(sorted(layer.state_dict()), parameters)), (x, memory),
                           {"tgt_mask": future, "memory_key_padding_mask": hides})


def parameters(kind):
    for name, value in sorted(make(kind, True, "relu").state_dict().items()):
        is_norm_weight = value.dim() == 1 and name.endswith("weight")
        yield normal(*value.shape, scale=SCALE if value.dim() > 1 else 0.1, mean=1.0 if is_norm_weight else 0.0)


for norm_first, activation in ((True, "relu"), (True, "gelu"), (False, "gelu")):
    name = f"{'pre' if norm_first else 'post'}_norm_{activation}"
    attributes = dict(heads=HEADS, hidden=HIDDEN, norm_first=norm_first, activation=activation)
    golden.case(f"encoder_{name}", "encoder_layer", encoder_layer,
                [normal(2, 7, WIDTH), constant([7, 4], dtype=torch.int64), *parameters("encoder_layer")], **attributes)
    golden.case(f"decoder_{name}", "decoder_layer", decoder_layer,
                [normal(2, 5, WIDTH), normal(2, 7, WIDTH), constant([7, 4], dtype=torch.int64), *parameters("decoder_layer")], **attributes)

golden.write()
