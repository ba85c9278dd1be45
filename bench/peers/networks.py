"""The networks of `computecore bench train` and `infer` in PyTorch, each with a batch drawn for it."""
import math

import torch
import torch.nn.functional as F
import torchvision
from torch import nn


class Block(nn.Module):
    """One of GPT-2's: x + attention(norm(x)), then x + feedForward(norm(x))."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.expand, self.contract = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x, hidden):
        batch, length, width = x.shape
        q, k, v = (part.view(batch, length, self.heads, -1).transpose(1, 2) for part in self.qkv(self.norm1(x)).split(width, 2))
        scores = (q @ k.transpose(2, 3) / math.sqrt(width // self.heads)).masked_fill(hidden, -math.inf)
        x = x + self.out((scores.softmax(3) @ v).transpose(1, 2).reshape(batch, length, width))
        return x + self.contract(F.gelu(self.expand(self.norm2(x)), approximate="tanh"))


class Gpt2(nn.Module):
    def __init__(self, layers, width, heads, vocabulary, context):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocabulary, width), nn.Embedding(context, width)
        self.blocks, self.norm = nn.ModuleList(Block(width, heads) for _ in range(layers)), nn.LayerNorm(width)
        self.register_buffer("hidden", torch.ones(context, context).triu(1).bool())
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.normal_(parameter, std=0.02)

    def forward(self, tokens):
        length = tokens.shape[1]
        x = self.tokens(tokens) + self.positions.weight[:length]
        for block in self.blocks:
            x = block(x, self.hidden[:length, :length])
        return F.linear(self.norm(x), self.tokens.weight)


class Translation(nn.Module):
    def __init__(self, layers, width, heads, hidden, vocabulary):
        super().__init__()
        self.width, self.embedding = width, nn.Embedding(vocabulary, width)
        nn.init.normal_(self.embedding.weight, std=1 / math.sqrt(width))
        self.transformer = nn.Transformer(width, heads, layers, layers, hidden, dropout=0.0, batch_first=True)

    def embed(self, tokens):
        angles = torch.arange(tokens.shape[1])[:, None] * 10_000.0 ** (-torch.arange(0, self.width, 2) / self.width)
        return self.embedding(tokens) * math.sqrt(self.width) + torch.stack([angles.sin(), angles.cos()], -1).flatten(1)

    def forward(self, sentences):
        """Sources and targets, [2, B, T]."""
        source, target = sentences
        hidden = torch.ones(target.shape[1], target.shape[1]).triu(1).bool()
        return F.linear(self.transformer(self.embed(source), self.embed(target), tgt_mask=hidden), self.embedding.weight)


def fashion_mnist_cnn():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64 * 7 * 7, 128), nn.ReLU(), nn.Linear(128, 10))


def images(*shape):
    return lambda: torch.rand(shape)


def integers(vocabulary, *shape):
    return lambda: torch.randint(vocabulary, shape)


# How a network is made and its batch drawn, by the end of a case's name; the images' layout is the faster one.
NETWORKS = {
    "Fashion-MNIST CNN, batch 64": (fashion_mnist_cnn, images(64, 1, 28, 28)),
    "ResNet-18 at 32x32, batch 64": (torchvision.models.resnet18, images(64, 3, 32, 32)),
    "character GPT, batch 12x64": (lambda: Gpt2(4, 128, 4, 65, 64), integers(65, 12, 64)),
    "GPT-2 small, batch 4x64": (lambda: Gpt2(12, 768, 12, 50257, 1024), integers(50257, 4, 64)),
    "translation, batch 32x32": (lambda: Translation(3, 256, 4, 1024, 8000), integers(8000, 2, 32, 32)),
    "GPT-2 small, prompt of 64": (lambda: Gpt2(12, 768, 12, 50257, 1024), integers(50257, 1, 64)),
} | {
    f"{name}, batch {batch}": (make, images(batch, 3, 224, 224))
    for name, make in [
        ("ResNet-18", torchvision.models.resnet18), ("ResNet-50", torchvision.models.resnet50),
        ("MobileNetV2", torchvision.models.mobilenet_v2), ("SqueezeNet 1.1", torchvision.models.squeezenet1_1)]
    for batch in (1, 8)
}
