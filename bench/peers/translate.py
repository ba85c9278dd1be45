"""The recipe translate in PyTorch: nn.Transformer from English to Chinese. Start it as run.sh does."""
import math

import torch
import torch.nn.functional as F
from torch import nn

from recipe import Recipe, noam, options, outcome, train

LAYERS, HEADS, CONTEXT, DROPOUT = 3, 4, 96, 0.1
RATE, WARM_UP, LABEL_SMOOTHING = 2e-3, 400, 0.1


def positions(width):
    angles = torch.arange(CONTEXT)[:, None] / 10_000 ** (torch.arange(0, width, 2) / width)
    return torch.stack([angles.sin(), angles.cos()], 2).flatten(1)


class Translation(nn.Module):
    def __init__(self, vocabulary, width):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.transformer = nn.Transformer(width, HEADS, LAYERS, LAYERS, 4 * width, DROPOUT, batch_first=True)
        # Without it each step of the encoder is the same; with it a validation takes another, experimental path.
        self.transformer.encoder.enable_nested_tensor = False
        self.register_buffer("positions", positions(width), persistent=False)
        self.register_buffer("future", torch.ones(CONTEXT, CONTEXT, dtype=torch.bool).triu(1), persistent=False)

    def embed(self, tokens):
        return F.dropout(self.embedding(tokens) * math.sqrt(self.embedding.embedding_dim) + self.positions[: tokens.shape[1]], DROPOUT, self.training)

    def forward(self, source, source_spans, target, target_spans, following):
        length = source.shape[1]
        # Rows of padding alone see their first token: they count for nothing, but would make NaN of the gradients.
        padding = torch.arange(length) >= source_spans[:, 1:2].clamp(min=1)
        y = self.transformer(self.embed(source), self.embed(target), tgt_mask=self.future[:length, :length],
                             src_key_padding_mask=padding, memory_key_padding_mask=padding)
        return outcome(F.linear(y, self.embedding.weight), following, LABEL_SMOOTHING if self.training else 0.0)


def main():
    parsed = options(__doc__)
    recipe = Recipe(parsed.recipe)
    model = Translation(*recipe.weights["embedding.weight"].shape)
    model.load_state_dict(recipe.weights)
    train(model, recipe, parsed, noam(RATE, WARM_UP), decay=0.01, betas=(0.9, 0.98), epsilon=1e-9)


main()
