"""The reference recipe in PyTorch: a convolutional network on Fashion-MNIST, trained with Adam.

Batches are rows of one tensor, gathered by index: a DataLoader would cost more than the network. Memory stays in the
process if glibc is told so and OpenBLAS has threads of its own, both through the environment: start it with run.sh.
"""
import argparse
import gzip
import pathlib
import struct
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from report import report

BATCH, TEST_BATCH, LEARNING_RATE = 64, 500, 1e-3


def read_idx(path):
    """An IDX file: two zero bytes, the element type (8: uint8), the number of dimensions, the dimensions, the data."""
    with gzip.open(path) as file:
        zeros, kind, dimensions = struct.unpack(">HBB", file.read(4))
        if zeros != 0 or kind != 8:
            raise ValueError(f"{path} is not an IDX file of bytes")
        shape = struct.unpack(f">{dimensions}I", file.read(4 * dimensions))
        return torch.from_numpy(np.frombuffer(file.read(), np.uint8).reshape(shape).copy())


def read_split(folder, prefix):
    images = read_idx(folder / f"{prefix}-images-idx3-ubyte.gz").unsqueeze(1)
    return images, read_idx(folder / f"{prefix}-labels-idx1-ubyte.gz").long()


def network():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64 * 7 * 7, 128), nn.ReLU(), nn.Linear(128, 10))


def evaluate(model, images, labels, layout):
    loss, correct = 0.0, 0
    with torch.inference_mode():
        for x, y in zip(images.split(TEST_BATCH), labels.split(TEST_BATCH)):
            logits = model((x.float() / 255).to(memory_format=layout))
            loss += F.cross_entropy(logits, y, reduction="sum").item()
            correct += (logits.argmax(1) == y).sum().item()
    return loss / len(labels), correct / len(labels)


def train_epoch(model, optimizer, images, labels, layout):
    total = torch.zeros(())
    for batch in torch.randperm(len(labels)).split(BATCH):
        x = (images[batch].float() / 255).to(memory_format=layout)
        loss = F.cross_entropy(model(x), labels[batch])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        total += loss.detach() * len(batch)
    return total.item() / len(labels)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=pathlib.Path, required=True, help="folder of the four IDX gzip files")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--channels-last", action="store_true", help="keep images as [N, H, W, C] in memory")
    parser.add_argument("--json", type=pathlib.Path, help="write the result here instead of standard output")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    layout = torch.channels_last if options.channels_last else torch.contiguous_format
    images, labels = read_split(options.data, "train")
    testImages, testLabels = read_split(options.data, "t10k")
    model = network().to(memory_format=layout)
    optimizer = torch.optim.Adam(model.parameters(), LEARNING_RATE)

    epochs = []
    for epoch in range(1, options.epochs + 1):
        start = time.perf_counter()
        trainLoss = train_epoch(model, optimizer, images, labels, layout)
        seconds = time.perf_counter() - start
        testLoss, testAccuracy = evaluate(model, testImages, testLabels, layout)
        epochs.append(dict(epoch=epoch, trainLoss=trainLoss, testLoss=testLoss, testAccuracy=testAccuracy,
                           seconds=seconds, imagesPerSecond=len(labels) / seconds))
        print(f"epoch {epoch}: training loss {trainLoss:.4f}, test loss {testLoss:.4f}, "
              f"test accuracy {testAccuracy:.2%}, {seconds:.1f} s", file=sys.stderr)

    report(options, epochs=epochs)


main()
