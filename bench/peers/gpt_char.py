"""The recipe gpt-char in PyTorch: a small GPT-2 on the characters of a text. Start it as run.sh does."""
import math

import torch
import torch.nn.functional as F
from torch import nn

from recipe import Recipe, cosine, options, outcome, train

LAYERS, HEADS, WIDTH, CONTEXT = 4, 4, 128, 64


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.attn = nn.ModuleDict({"c_attn": nn.Linear(WIDTH, 3 * WIDTH), "c_proj": nn.Linear(WIDTH, WIDTH)})
        self.mlp = nn.ModuleDict({"c_fc": nn.Linear(WIDTH, 4 * WIDTH), "c_proj": nn.Linear(4 * WIDTH, WIDTH)})
        self.register_buffer("mask", torch.ones(CONTEXT, CONTEXT, dtype=torch.bool).triu(1), persistent=False)

    def forward(self, x):
        batch, length, _ = x.shape
        q, k, v = (part.view(batch, length, HEADS, -1).transpose(1, 2) for part in self.attn["c_attn"](self.ln_1(x)).split(WIDTH, 2))
        scores = (q @ k.transpose(2, 3)) / math.sqrt(WIDTH // HEADS)
        weights = scores.masked_fill(self.mask[:length, :length], -math.inf).softmax(3)
        x = x + self.attn["c_proj"]((weights @ v).transpose(1, 2).reshape(batch, length, WIDTH))
        return x + self.mlp["c_proj"](F.gelu(self.mlp["c_fc"](self.ln_2(x)), approximate="tanh"))


class Gpt(nn.Module):
    def __init__(self, vocabulary):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(vocabulary, WIDTH), nn.Embedding(CONTEXT, WIDTH)
        self.h, self.ln_f = nn.Sequential(*(Block() for _ in range(LAYERS))), nn.LayerNorm(WIDTH)

    def forward(self, tokens, targets):
        x = self.wte(tokens) + self.wpe.weight[: tokens.shape[1]]
        return outcome(self.ln_f(self.h(x)) @ self.wte.weight.T, targets)


def main():
    parsed = options(__doc__)
    recipe = Recipe(parsed.recipe)
    model = Gpt(recipe.weights["wte.weight"].shape[0])
    # GPT-2's files hold the weights of linear layers as [inputs, outputs].
    model.load_state_dict({name: tensor.T if name.startswith("h.") and tensor.dim() == 2 else tensor for name, tensor in recipe.weights.items()})
    train(model, recipe, parsed, cosine(1e-3, 1e-4, 100, len(recipe.training)), decay=0.1, betas=(0.9, 0.99))


main()
