"""The recipe bert-mlm in PyTorch: a small BERT on masked tokens and on which part follows which. Start it as run.sh does."""
import torch
import torch.nn.functional as F
from torch import nn

from recipe import Recipe, cosine, options, outcome, train

LAYERS, HEADS, DROPOUT, EPSILON = 4, 4, 0.1, 1e-12


def norm(width):
    return nn.LayerNorm(width, EPSILON)


class Layer(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.attention = nn.ModuleDict({
            "self": nn.ModuleDict({"query": nn.Linear(width, width), "key": nn.Linear(width, width), "value": nn.Linear(width, width)}),
            "output": nn.ModuleDict({"dense": nn.Linear(width, width), "LayerNorm": norm(width)})})
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(width, 4 * width)})
        self.output = nn.ModuleDict({"dense": nn.Linear(4 * width, width), "LayerNorm": norm(width)})
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, x, bias):
        batch, length, width = x.shape
        attention, output = self.attention["self"], self.attention["output"]
        q, k, v = (attention[part](x).view(batch, length, HEADS, -1).transpose(1, 2) for part in ("query", "key", "value"))
        weights = self.dropout((q @ k.transpose(2, 3) * (width // HEADS) ** -0.5 + bias).softmax(3))
        attended = (weights @ v).transpose(1, 2).reshape(batch, length, width)
        x = output["LayerNorm"](x + self.dropout(output["dense"](attended)))
        hidden = F.gelu(self.intermediate["dense"](x))
        return self.output["LayerNorm"](x + self.dropout(self.output["dense"](hidden)))


class Predictions(nn.Module):
    def __init__(self, vocabulary, width):
        super().__init__()
        self.transform = nn.ModuleDict({"dense": nn.Linear(width, width), "LayerNorm": norm(width)})
        self.bias = nn.Parameter(torch.zeros(vocabulary))

    def forward(self, x, embedding):
        return F.linear(self.transform["LayerNorm"](F.gelu(self.transform["dense"](x))), embedding, self.bias)


class Bert(nn.Module):
    def __init__(self, vocabulary, width, context):
        super().__init__()
        self.bert = nn.ModuleDict({
            "embeddings": nn.ModuleDict({
                "word_embeddings": nn.Embedding(vocabulary, width, padding_idx=0), "position_embeddings": nn.Embedding(context, width),
                "token_type_embeddings": nn.Embedding(2, width), "LayerNorm": norm(width)}),
            "encoder": nn.ModuleDict({"layer": nn.ModuleList(Layer(width) for _ in range(LAYERS))}),
            "pooler": nn.ModuleDict({"dense": nn.Linear(width, width)})})
        self.cls = nn.ModuleDict({"predictions": Predictions(vocabulary, width), "seq_relationship": nn.Linear(width, 2)})

    def forward(self, tokens, segments, spans, positions, targets, following):
        embeddings = self.bert["embeddings"]
        x = (embeddings["word_embeddings"](tokens) + embeddings["position_embeddings"].weight[: tokens.shape[1]]
             + embeddings["token_type_embeddings"](segments))
        x = F.dropout(embeddings["LayerNorm"](x), DROPOUT, self.training)
        seen = torch.arange(tokens.shape[1]) < spans[:, 1:2]
        bias = torch.zeros(seen.shape).masked_fill(~seen, float("-inf"))[:, None, None]
        for layer in self.bert["encoder"]["layer"]:
            x = layer(x, bias)
        chosen = x.flatten(0, 1).index_select(0, positions.flatten())
        loss, count, correct = outcome(self.cls["predictions"](chosen, embeddings["word_embeddings"].weight), targets)
        if self.training:
            pooled = self.bert["pooler"]["dense"](x[:, 0]).tanh()
            loss = loss + F.cross_entropy(self.cls["seq_relationship"](pooled), following, reduction="sum")
        return loss, count, correct


def main():
    parsed = options(__doc__)
    recipe = Recipe(parsed.recipe)
    model = Bert(*recipe.weights["bert.embeddings.word_embeddings.weight"].shape, recipe.weights["bert.embeddings.position_embeddings.weight"].shape[0])
    model.load_state_dict(recipe.weights)
    train(model, recipe, parsed, cosine(1e-3, 0, 200, len(recipe.training)), decay=0.01, betas=(0.9, 0.99))


main()
