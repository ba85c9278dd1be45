"""The recipe gpt-char in PyTorch: a small GPT-2 on the characters of a text, with the same split, windows drawn alike at random,
initial weights, schedule, decay groups, clipping and validation. Start it as peers.sh starts the others: see pytorch_trains there.
"""
import argparse
import json
import math
import pathlib
import resource
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

LAYERS, HEADS, WIDTH, CONTEXT, BATCH = 4, 4, 128, 64, 12
RATE, LAST_RATE, WARM_UP, DECAY, BETAS, CLIP = 1e-3, 1e-4, 100, 0.1, (0.9, 0.99), 1.0


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.expand, self.contract = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.register_buffer("mask", torch.ones(CONTEXT, CONTEXT, dtype=torch.bool).triu(1), persistent=False)
        for layer in (self.qkv, self.expand):
            nn.init.normal_(layer.weight, std=0.02)
        for layer in (self.out, self.contract):
            nn.init.normal_(layer.weight, std=0.02 / math.sqrt(2 * LAYERS))
        for layer in (self.qkv, self.out, self.expand, self.contract):
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        batch, length, _ = x.shape
        q, k, v = (part.view(batch, length, HEADS, -1).transpose(1, 2) for part in self.qkv(self.norm1(x)).split(WIDTH, 2))
        scores = (q @ k.transpose(2, 3)) / math.sqrt(WIDTH // HEADS)
        weights = scores.masked_fill(self.mask[:length, :length], -math.inf).softmax(3)
        x = x + self.out((weights @ v).transpose(1, 2).reshape(batch, length, WIDTH))
        return x + self.contract(F.gelu(self.expand(self.norm2(x)), approximate="tanh"))


class Gpt(nn.Module):
    def __init__(self, vocabulary):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocabulary, WIDTH), nn.Embedding(CONTEXT, WIDTH)
        for embedding in (self.tokens, self.positions):
            nn.init.normal_(embedding.weight, std=0.02)
        self.blocks, self.norm = nn.Sequential(*(Block() for _ in range(LAYERS))), nn.LayerNorm(WIDTH)

    def forward(self, tokens):
        x = self.tokens(tokens) + self.positions.weight[: tokens.shape[1]]
        return self.norm(self.blocks(x)) @ self.tokens.weight.T


def rate(step, steps):
    if step < WARM_UP:
        return RATE * (step + 1) / WARM_UP
    progress = min(1, (step - WARM_UP) / max(1, steps - WARM_UP))
    return LAST_RATE + (RATE - LAST_RATE) * (1 + math.cos(math.pi * progress)) / 2


def validate(model, data):
    blocks = (len(data) - 1) // CONTEXT // BATCH * BATCH
    inputs, targets = data[: blocks * CONTEXT].view(blocks, CONTEXT), data[1 : blocks * CONTEXT + 1].view(blocks, CONTEXT)
    with torch.inference_mode():
        losses = [F.cross_entropy(model(x).flatten(0, 1), y.flatten(), reduction="sum").item()
                  for x, y in zip(inputs.split(BATCH), targets.split(BATCH))]
    return sum(losses) / targets.numel()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--text", type=pathlib.Path, required=True, help="a UTF-8 text")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--validate-every", type=int, default=250)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=pathlib.Path, help="write the result here instead of standard output")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    raw = options.text.read_bytes()
    cut = len(raw) * 9 // 10
    while cut < len(raw) and raw[cut] & 0xC0 == 0x80:  # inside of a character
        cut += 1
    characters = sorted(set(raw.decode()))
    ids = {character: i for i, character in enumerate(characters)}
    training, validation = (torch.tensor([ids[character] for character in part.decode()]) for part in (raw[:cut], raw[cut:]))

    model = Gpt(len(characters))
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW(
        [{"params": [p for p in parameters if p.dim() >= 2], "weight_decay": DECAY},
         {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0}], lr=RATE, betas=BETAS)
    offsets = torch.arange(CONTEXT)
    validations, seconds, steps_since, start = [], 0.0, 0, time.perf_counter()
    for step in range(options.steps):
        for group in optimizer.param_groups:
            group["lr"] = rate(step, options.steps)
        index = torch.randint(len(training) - CONTEXT, (BATCH, 1)) + offsets
        loss = F.cross_entropy(model(training[index]).flatten(0, 1), training[index + 1].flatten())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, CLIP)
        optimizer.step()
        steps_since += 1
        if (step + 1) % options.validate_every == 0 or step + 1 == options.steps:
            took = time.perf_counter() - start
            seconds += took
            validations.append(dict(step=step + 1, trainLoss=loss.item(), validationLoss=validate(model, validation),
                                    seconds=took, tokensPerSecond=steps_since * BATCH * CONTEXT / took))
            print(f"step {step + 1}: loss {loss.item():.4f}, validation loss {validations[-1]['validationLoss']:.4f}, "
                  f"{validations[-1]['tokensPerSecond']:.0f} tokens/s", file=sys.stderr)
            steps_since, start = 0, time.perf_counter()

    result = json.dumps({
        "device": f"PyTorch {torch.__version__} on {options.threads} threads",
        "parameters": sum(p.numel() for p in parameters),
        "validations": validations,
        "seconds": seconds,
        "peakMemoryBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }, indent=2)
    if options.json:
        options.json.write_text(result + "\n")
    else:
        print(result)


main()
