"""The cases of `computecore bench` in PyTorch: operations.py ENGINE.json PEER.json measures what ENGINE.json holds.

A case is known by its name, which says all of it, so that the two lists can't differ. The report has the engine's form:
`computecore bench compare ENGINE.json PEER.json` reads it. FLOPs and bytes are the engine's count. A call's time includes what
PyTorch's dispatch from Python takes, some microseconds. Start it as peers.sh starts the others.
"""
import argparse
import json
import math
import pathlib
import re
import statistics
import time

import torch
import torch.nn.functional as F

WARM_UP_SECONDS, WARM_UP_RUNS, FEWEST_REPEATS, EPSILON = 0.3, 3, 11, 1e-5
COLD_BYTES, MOST_COPIES = 256 << 20, 64
LAYOUTS = (torch.contiguous_format, torch.channels_last)


def uniform(*shape):
    return torch.rand(shape) * 2 - 1


def convolution(kind, inputs, outputs, kernel, stride, size, depthwise):
    """Images as [N, C, H, W] or, the faster way for most, as [N, H, W, C] in memory: both are measured."""
    inputs, outputs, kernel, stride, size = int(inputs), int(outputs), int(kernel), int(stride or 1), int(size)
    groups, padding, result = inputs if depthwise else 1, kernel // 2, (size - 1) // stride + 1
    tensors = uniform(8, inputs, size, size), uniform(outputs, inputs // groups, kernel, kernel), uniform(8, outputs, result, result)

    def run(x, w, dy):
        if not kind:
            return lambda: F.conv2d(x, w, None, stride, padding, 1, groups)
        wanted = [kind == " data gradient", kind == " weight gradient", False]
        return lambda: torch.ops.aten.convolution_backward(
            dy, x, w, [0], [stride, stride], [padding, padding], [1, 1], False, [0, 0], groups, wanted)

    return [run(*(tensor.contiguous(memory_format=layout) for tensor in tensors)) for layout in LAYOUTS]


def max_pooling(channels, kernel, size):
    x = uniform(8, int(channels), int(size), int(size))
    return [lambda x=x.contiguous(memory_format=layout): F.max_pool2d(x, int(kernel), 2, int(kernel) // 2 if int(kernel) > 2 else 0, return_indices=True)
            for layout in LAYOUTS]


def attention(kind, queries, keys, heads, width, causal):
    """Debian's PyTorch has no fused attention: products and softmax, and their gradients by autograd."""
    queries, keys, heads, width = int(queries), int(keys), int(heads), int(width)
    shapes = [(1, heads, length, width) for length in (queries, keys, keys, queries)]
    hidden = torch.ones(queries, keys).triu(1 + keys - queries).bool() if causal else None

    def forward(q, k, v):
        scores = q @ k.transpose(2, 3) / math.sqrt(width)
        if causal:
            scores.masked_fill_(hidden, -math.inf)
        return scores.softmax(3) @ v

    if not kind:
        copies = max(1, min(MOST_COPIES, COLD_BYTES // (8 * keys * heads * width))) if queries == 1 else 1
        sets = [[uniform(*shape) for shape in shapes[:3]] for _ in range(copies)]
        return [in_turn(lambda tensors=tensors: forward(*tensors) for tensors in sets)]
    tensors = [uniform(*shape).requires_grad_() for shape in shapes[:3]]
    with torch.enable_grad():
        y = forward(*tensors)
    dy = uniform(*shapes[3])
    return [lambda: torch.autograd.grad(y, tensors, dy, retain_graph=True)]


def normalization(kind, rows, columns):
    rows, columns = int(rows), int(columns)
    x, dy, weight, bias = uniform(rows, columns), uniform(rows, columns), uniform(columns), uniform(columns)

    def both():
        _, mean, rstd = torch.native_layer_norm(x, [columns], weight, bias, EPSILON)
        return torch.ops.aten.native_layer_norm_backward(dy, x, [columns], mean, rstd, weight, bias, [True, True, True])

    return [{
        "layer norm": lambda: F.layer_norm(x, [columns], weight, bias, EPSILON),
        "layer norm and gradient": both,
        "RMS norm": lambda: x * (x.square().mean(1, keepdim=True) + EPSILON).rsqrt() * weight,
    }[kind]]


def batch_normalization(n, channels, height, width):
    images, weight, bias = uniform(int(n), int(channels), int(height), int(width)), uniform(int(channels)), uniform(int(channels))
    return [lambda x=images.contiguous(memory_format=layout): F.batch_norm(x, None, None, weight, bias, True, 0.1, EPSILON) for layout in LAYOUTS]


def softmax(kind, rows, columns):
    x, targets = uniform(int(rows), int(columns)), torch.randint(int(columns), (int(rows),))
    logits = x.clone().requires_grad_()

    def both():
        with torch.enable_grad():
            loss = F.cross_entropy(logits, targets)
        return torch.autograd.grad(loss, logits)

    return [{
        "softmax": lambda: x.softmax(1),
        "log softmax": lambda: x.log_softmax(1),
        "cross-entropy": lambda: F.cross_entropy(x, targets),
        "cross-entropy and gradient": both,
    }[kind]]


def elementwise(kind, rows, columns):
    rows, columns = int(rows), int(columns)
    x, z, y, bias = uniform(rows, columns), uniform(rows, columns), torch.empty(rows, columns), uniform(columns)
    if kind == "AdamW":
        parameter = x.clone().requires_grad_()
        parameter.grad = z
        return [torch.optim.AdamW([parameter], foreach=foreach).step for foreach in (False, True)]
    return [{
        "add": lambda: torch.add(x, z, out=y),
        "relu": lambda: F.relu(x),
        "gelu": lambda: F.gelu(x),
        "gelu by tanh": lambda: F.gelu(x, approximate="tanh"),
        "gelu gradient": lambda: torch.ops.aten.gelu_backward(z, x),
        "tanh": lambda: torch.tanh(x, out=y),
        "bias and gelu": lambda: F.gelu(x + bias),
        "dropout": lambda: F.dropout(x, 0.1),
        "copy": lambda: y.copy_(x),
        "transpose": lambda: x.t().contiguous(),
    }[kind]]


def embedding(count, rows, columns):
    table, ids = uniform(int(rows), int(columns)), torch.randint(int(rows), (int(count),))
    return [lambda: F.embedding(ids, table)]


# From a case's name to the ways PyTorch has to compute it.
CASES = [
    (r"conv( data gradient| weight gradient)? \S+ (\d+)→(\d+) (\d+)x\d+(?:/(\d+))? @(\d+)( depthwise)?", convolution),
    (r"max pool (\d+) (\d+)x\d+/2 @(\d+)", max_pooling),
    (r"attention( gradient)? (\d+)x(\d+)x(\d+)x(\d+)( causal)?", attention),
    (r"batch norm (\d+)x(\d+)x(\d+)x(\d+)", batch_normalization),
    (r"(layer norm|layer norm and gradient|RMS norm) (\d+)x(\d+)", normalization),
    (r"(softmax|log softmax|cross-entropy|cross-entropy and gradient) (\d+)x(\d+)", softmax),
    (r"embedding (\d+) of (\d+)x(\d+)", embedding),
    (r"(add|relu|gelu|gelu by tanh|gelu gradient|tanh|bias and gelu|AdamW|dropout|copy|transpose) (\d+)x(\d+)", elementwise),
]


def ways_of(name):
    for pattern, make in CASES:
        if match := re.fullmatch(pattern, name):
            return make(*match.groups())
    raise SystemExit(f"operations.py knows no case '{name}'")


def in_turn(runs):
    """One after the other on memory of their own, so that the caches don't hold it."""
    runs, calls = list(runs), iter(())

    def run():
        nonlocal calls
        if (call := next(calls, None)) is None:
            calls = iter(runs)
            call = next(calls)
        return call()

    return run


def time_of(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def measure(ways, seconds):
    """The times of the fastest way."""
    series = []
    for run in ways:
        start = time.perf_counter()
        warm = [time_of(run) for _ in range(WARM_UP_RUNS)]
        while time.perf_counter() - start < WARM_UP_SECONDS:
            warm.append(time_of(run))
        series.append((statistics.median(warm), run))
    run = min(series, key=lambda entry: entry[0])[1]
    times, start = [], time.perf_counter()
    while len(times) < FEWEST_REPEATS or time.perf_counter() - start < seconds:
        times.append(time_of(run))
    return sorted(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("engine", type=pathlib.Path, help="what 'computecore bench --json FILE' wrote")
    parser.add_argument("peer", type=pathlib.Path, help="the file to write")
    parser.add_argument("--seconds", type=float, default=0.5, help="how long to repeat a case")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    report = json.loads(options.engine.read_text())
    device, name = report["devices"][0], f"PyTorch {torch.__version__}"
    cases = []
    with torch.no_grad():
        for case in report["cases"]:
            times = measure(ways_of(case["name"]), options.seconds)
            median = statistics.median(times)
            speed = case["milliseconds"] / (median * 1e3)
            cases.append(case | {
                "device": name, "milliseconds": median * 1e3, "repeats": len(times), "error": 0,
                "spread": (times[len(times) * 3 // 4] - times[len(times) // 4]) / median,
            } | {figure: case[figure] * speed for figure in ("gflops", "gbps", "peakFraction")})
    devices = [device | {"name": name, "description": f"{options.threads} threads"}]
    options.peer.write_text(json.dumps({"version": torch.__version__, "devices": devices, "cases": cases}, indent=2, ensure_ascii=False) + "\n")


main()
