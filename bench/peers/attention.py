"""Attention, its gradient, and operations on rows in PyTorch, sizes as in `computecore bench attention norm softmax elementwise`.

Prints one line for each: the name of that case, and the milliseconds of the median run. Of several ways to write an attention, the
fastest counts. Start it as peers.sh starts the others: see pytorch_trains there.
"""
import argparse
import math
import statistics
import time

import torch
import torch.nn.functional as F

HEADS, WIDTH = 12, 64
ROWS, COLUMNS, VOCABULARY = 768, 3072, 50257


def milliseconds(run, seconds):
    for _ in range(3):
        run()
    times, begin = [], time.perf_counter()
    while len(times) < 11 or time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return 1e3 * statistics.median(times)


def plain(q, k, v, mask):
    scores = (q @ k.transpose(2, 3)) / math.sqrt(WIDTH)
    return (scores if mask is None else scores + mask).softmax(3) @ v


def scaled_first(q, k, v, mask):
    scores = (q * (1 / math.sqrt(WIDTH))) @ k.transpose(2, 3)
    return (scores if mask is None else scores + mask).softmax(3) @ v


def batched(q, k, v, mask):
    q, k, v = (x.flatten(0, 1) for x in (q, k, v))
    weights = torch.baddbmm(q.new_zeros(1, 1, 1) if mask is None else mask, q, k.transpose(1, 2), alpha=1 / math.sqrt(WIDTH)).softmax(2)
    return weights @ v


def fused(q, k, v, mask):
    return F._scaled_dot_product_attention(q, k, v, mask, 0.0, False, False)[0]


def attentions():
    for queries, keys, causal in [(t, t, c) for t in (256, 512, 1024, 2048) for c in (False, True)] + [(1, 1024, False), (1, 16384, False)]:
        q, dy = torch.randn(1, HEADS, queries, WIDTH), torch.randn(1, HEADS, queries, WIDTH)
        # What decoding reads has left the caches: copies by turns.
        copies = 1 if queries > 1 else 1 + (256 << 20) // (8 * keys * HEADS * WIDTH)
        kv = [(torch.randn(1, HEADS, keys, WIDTH), torch.randn(1, HEADS, keys, WIDTH)) for _ in range(copies)]
        mask = torch.full((queries, keys), -math.inf).triu(1) if causal else None
        name = f"{queries}x{keys}x{HEADS}x{WIDTH}" + (" causal" if causal else "")
        for way in (plain, scaled_first, batched, fused):
            turn = iter(range(1 << 30))

            def forward():
                with torch.no_grad():
                    way(q, *kv[next(turn) % copies], mask)

            yield f"attention {name}", forward
            if queries > 1:
                leaves = [x.clone().requires_grad_() for x in (q, *kv[0])]
                y = way(*leaves, mask)
                yield f"attention gradient {name}", lambda: torch.autograd.grad(y, leaves, dy.view_as(y), retain_graph=True)


def rows():
    for count in (256, 16384):
        x, dy = torch.rand(count, ROWS) * 2 - 1, torch.rand(count, ROWS)
        w, b = torch.rand(ROWS), torch.rand(ROWS)
        yield f"layer norm {count}x{ROWS}", lambda: F.layer_norm(x, (ROWS,), w, b)
        leaves = [t.clone().requires_grad_() for t in (x, w, b)]
        yield f"layer norm and gradient {count}x{ROWS}", lambda: torch.autograd.grad((F.layer_norm(leaves[0], (ROWS,), *leaves[1:])), leaves, dy)
        yield f"RMS norm {count}x{ROWS}", lambda: x * (x.square().mean(1, keepdim=True) + 1e-5).rsqrt() * w
        yield f"softmax {count}x{ROWS}", lambda: x.softmax(1)
    x, t = torch.rand(256, VOCABULARY) * 2 - 1, torch.randint(VOCABULARY, (256,))
    yield f"log softmax 256x{VOCABULARY}", lambda: x.log_softmax(1)
    yield f"cross-entropy 256x{VOCABULARY}", lambda: F.cross_entropy(x, t)
    leaf = x.clone().requires_grad_()
    yield f"cross-entropy and gradient 256x{VOCABULARY}", lambda: torch.autograd.grad(F.cross_entropy(leaf, t), leaf)


def elementwise():
    for count in (32, 8192):
        a, b = torch.rand(count, COLUMNS) * 2 - 1, torch.rand(count, COLUMNS) * 2 - 1
        yield f"add {count}x{COLUMNS}", lambda: a + b
        yield f"relu {count}x{COLUMNS}", lambda: a.relu()
        yield f"gelu {count}x{COLUMNS}", lambda: F.gelu(a)
        yield f"gelu by tanh {count}x{COLUMNS}", lambda: F.gelu(a, approximate="tanh")
        yield f"gelu gradient {count}x{COLUMNS}", lambda: torch.ops.aten.gelu_backward(b, a)
        yield f"tanh {count}x{COLUMNS}", lambda: a.tanh()
        yield f"dropout {count}x{COLUMNS}", lambda: F.dropout(a, 0.1)
        p = torch.nn.Parameter(a.clone())
        p.grad = b
        optimizer = torch.optim.AdamW([p], foreach=True)
        yield f"AdamW {count}x{COLUMNS}", optimizer.step


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=0.3)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    best = {}
    for cases in (attentions, rows, elementwise):
        for name, run in cases():
            if arguments.only in name:
                best[name] = min(best.get(name, math.inf), milliseconds(run, arguments.seconds))
    for name, figure in best.items():
        print(f"{name:50} {figure:10.4f}")


main()
