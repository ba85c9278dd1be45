"""What the peers of the recipes on text share: the initial weights and the batches that `computecore data export` writes, and the
training loop with AdamW, decay groups, clipping and validation as the engine has them.
"""
import argparse
import json
import math
import mmap
import pathlib
import struct
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

from report import report

TYPES = {"F32": torch.float32, "I32": torch.int32, "I64": torch.int64}


def read(path):
    """The tensors of a safetensors file."""
    with open(path, "rb") as file:
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    length = struct.unpack("<Q", content[:8])[0]
    tensors = {}
    for name, entry in json.loads(content[8 : 8 + length]).items():
        if name != "__metadata__":
            tensors[name] = torch.frombuffer(content, dtype=TYPES[entry["dtype"]], count=math.prod(entry["shape"]),
                                             offset=8 + length + entry["data_offsets"][0]).reshape(entry["shape"])
    return tensors


def write(path, tensors):
    """Writes f32 tensors as a safetensors file."""
    header, end = {}, 0
    for name, tensor in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [end, end + 4 * tensor.numel()]}
        end += 4 * tensor.numel()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            file.write(tensor.detach().contiguous().numpy().tobytes())


class Recipe:
    """An exported recipe: weights by name, and lists of batches, each a list of tensors."""

    def __init__(self, path):
        tensors = read(path)
        self.weights = {name[len("weights.") :]: tensor for name, tensor in tensors.items() if name.startswith("weights.")}
        self.training, self.validation = ([], [])
        for name, batches in (("training", self.training), ("validation", self.validation)):
            while f"{name}.{len(batches)}.0" in tensors:
                prefix, batch = f"{name}.{len(batches)}.", []
                while f"{prefix}{len(batch)}" in tensors:
                    batch.append(tensors[f"{prefix}{len(batch)}"])
                batches.append(batch)


def options(description):
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--recipe", type=pathlib.Path, required=True, help="what `computecore data export` wrote")
    parser.add_argument("--validate-every", type=int, default=250)
    parser.add_argument("--seed", type=int, default=0, help="of dropout")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--checkpoint", type=pathlib.Path, help="go on from this file if it is there, and keep it up to date")
    parser.add_argument("--weights", type=pathlib.Path, help="write the trained weights here")
    parser.add_argument("--json", type=pathlib.Path, help="write the result here instead of standard output")
    parsed = parser.parse_args()
    torch.set_num_threads(parsed.threads)
    torch.manual_seed(parsed.seed)
    return parsed


def cosine(rate, last, warm_up, steps):
    """A linear warm-up, then half a cosine."""

    def at(step):
        if step < warm_up:
            return rate * (step + 1) / warm_up
        progress = min(1, (step - warm_up) / max(1, steps - warm_up))
        return last + (rate - last) * (1 + math.cos(math.pi * progress)) / 2

    return at


def noam(rate, warm_up):
    """A linear warm-up, then the inverse root of the step."""
    return lambda step: rate * math.sqrt(warm_up) * min((step + 1) ** -0.5, (step + 1) * warm_up**-1.5)


def outcome(logits, targets, label_smoothing=0.0):
    """Sum of the losses, how many there are, and how many were predicted rightly."""
    logits, targets = logits.flatten(0, -2), targets.flatten()
    return (F.cross_entropy(logits, targets, reduction="sum", ignore_index=-100, label_smoothing=label_smoothing),
            (targets != -100).sum(), (logits.detach().argmax(1) == targets).sum())


def validate(model, batches):
    model.eval()
    with torch.inference_mode():
        loss, count, correct = (sum(values) for values in zip(*([value.item() for value in model(*batch)] for batch in batches)))
    model.train()
    return loss / count, correct / count


def train(model, recipe, options, rate, decay, betas=(0.9, 0.999), epsilon=1e-8, clip=1.0):
    """Trains a model, which makes of a batch the sum of its losses, how many there are, and how many were predicted rightly."""
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW(
        [{"params": [p for p in parameters if p.dim() >= 2], "weight_decay": decay},
         {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0}], lr=rate(0), betas=betas, eps=epsilon)
    steps, model, validations = len(recipe.training), model.train(), []
    if options.checkpoint and options.checkpoint.exists():
        state = torch.load(options.checkpoint)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["random"])
        validations = state["validations"]
    (losses, count, correct), since, start = (0.0, 0, 0), 0, time.perf_counter()
    for step in range(validations[-1]["step"] if validations else 0, steps):
        batch = recipe.training[step]
        for group in optimizer.param_groups:
            group["lr"] = rate(step)
        loss_sum, items, right = model(*batch)
        optimizer.zero_grad(set_to_none=True)
        (loss_sum / items).backward()
        nn.utils.clip_grad_norm_(parameters, clip)
        optimizer.step()
        losses, count, correct, since = losses + loss_sum.item(), count + items.item(), correct + right.item(), since + 1
        if (step + 1) % options.validate_every == 0 or step + 1 == steps:
            seconds = time.perf_counter() - start
            loss, accuracy = validate(model, recipe.validation)
            validations.append(dict(step=step + 1, steps=since, trainLoss=losses / count, trainAccuracy=correct / count, validationLoss=loss,
                                    validationAccuracy=accuracy, seconds=seconds, tokensPerSecond=count / seconds))
            print(f"step {step + 1}: loss {losses / count:.4f}, validation loss {loss:.4f}, accuracy {accuracy:.4f}, "
                  f"{1000 * seconds / since:.1f} ms a step", file=sys.stderr)
            if options.checkpoint:
                torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "random": torch.get_rng_state(), "validations": validations},
                           options.checkpoint)
            (losses, count, correct), since, start = (0.0, 0, 0), 0, time.perf_counter()

    if options.weights:
        write(options.weights, model.state_dict())
    report(options, parameters=sum(p.numel() for p in parameters), validations=validations)
