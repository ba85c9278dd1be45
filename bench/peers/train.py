"""A case of `computecore bench train` or `infer` in PyTorch: training steps with AdamW, or forward passes. Start it as peers.sh
starts the others.
"""
import argparse
import json
import pathlib
import resource
import statistics
import time

import torch
import torch.nn.functional as F

from networks import NETWORKS

WARM_UP_RUNS, FEWEST_REPEATS = 3, 5


def training_step(network, batch):
    network.train()
    optimizer = torch.optim.AdamW(network.parameters(), 1e-3, weight_decay=0.01, foreach=True)
    with torch.no_grad():
        shape = network(batch).shape
    targets = torch.randint(shape[-1], (shape.numel() // shape[-1],))

    def step():
        loss = F.cross_entropy(network(batch).flatten(0, -2), targets)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    return step


def forward_pass(network, batch):
    network.eval()

    def forward():
        with torch.inference_mode():
            network(batch)

    return forward


def time_of(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("case", help="the case's name")
    parser.add_argument("json", type=pathlib.Path, help="the file to write")
    parser.add_argument("--seconds", type=float, default=5, help="how long to repeat")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    group, name = options.case.split(" ", 1)
    make, draw = NETWORKS[name]
    network, batch = make(), draw()
    # Images as [N, H, W, C] spare oneDNN conversions.
    if batch.is_floating_point():
        network, batch = network.to(memory_format=torch.channels_last), batch.to(memory_format=torch.channels_last)
    run = training_step(network, batch) if group == "train" else forward_pass(network, batch)
    for _ in range(WARM_UP_RUNS):
        run()
    times, start = [], time.perf_counter()
    while len(times) < FEWEST_REPEATS or time.perf_counter() - start < options.seconds:
        times.append(time_of(run))
    times.sort()
    median = statistics.median(times)
    options.json.write_text(json.dumps({
        "version": torch.__version__,
        "cases": [{
            "name": options.case, "group": group, "device": f"PyTorch {torch.__version__}", "milliseconds": median * 1e3,
            "spread": (times[len(times) * 3 // 4] - times[len(times) // 4]) / median, "repeats": len(times)}],
        "peakMemoryBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }, indent=2) + "\n")


main()
