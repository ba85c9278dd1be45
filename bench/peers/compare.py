"""Prints what run.sh and accuracy.sh measured: compare.py CASE FOLDER."""
import json
import math
import pathlib
import statistics
import sys


def read(folder, pattern):
    """The results of all rounds, in the order of the rounds."""
    files = sorted(folder.glob(pattern), key=lambda path: int(path.name.split(".")[-2]))
    return [json.loads(path.read_text()) for path in files]


def spread(values):
    return f"{statistics.median(values):.3f} ({min(values):.3f} to {max(values):.3f})"


def row(name, engine, peer):
    """Medians of both sides; the ratio is taken within each round, since its two runs are neighbours in time."""
    ratios = [ours / theirs for ours, theirs in zip(engine, peer)]
    print(f"{name:52}{statistics.median(engine):12.1f}{statistics.median(peer):12.1f}   {spread(ratios)}")


def fashion_mnist(folder):
    engine, peer = (read(folder, f"fashion-mnist.{side}.*.json") for side in ("engine", "peer"))
    print(f"Fashion-MNIST, {len(engine)} rounds: {engine[0]['device']} and {peer[0]['device']}")
    print(f"{'':52}{'engine':>12}{'PyTorch':>12}   ratio, median (range)")

    def rates(runs):
        return [statistics.median(epoch["imagesPerSecond"] for epoch in run["epochs"]) for run in runs]

    row("images per second", rates(engine), rates(peer))
    row("peak memory, MiB", *([run["peakMemoryBytes"] / 2**20 for run in runs] for runs in (engine, peer)))


def text(folder, name):
    engine, peer = (read(folder, f"{name}.{side}.*.json") for side in ("engine", "peer"))
    print(f"{name}, {len(engine)} rounds of {engine[0]['validations'][-1]['step']} steps: {engine[0]['device']} and {peer[0]['device']}")
    print(f"{'':52}{'engine':>12}{'PyTorch':>12}   ratio, median (range)")

    def pace(run):
        """Milliseconds a step: the median of the stretches between validations, of which the first also compiles."""
        parts = run["validations"]
        steps = [part["step"] - before["step"] for part, before in zip(parts, [{"step": 0}, *parts])]
        return statistics.median(1000 * part["seconds"] / count for part, count in zip(parts, steps))

    row("seconds of training", *([sum(part["seconds"] for part in run["validations"]) for run in runs] for runs in (engine, peer)))
    row("milliseconds a step", *([pace(run) for run in runs] for runs in (engine, peer)))
    row("peak memory, MiB", *([run["peakMemoryBytes"] / 2**20 for run in runs] for runs in (engine, peer)))
    for what, field in (("validation loss", "validationLoss"), ("validation accuracy", "validationAccuracy")):
        values = [[run["validations"][-1][field] for run in runs] for runs in (engine, peer)]
        print(f"{what:52}{statistics.median(values[0]):12.4f}{statistics.median(values[1]):12.4f}   "
              + spread([ours / theirs for ours, theirs in zip(*values)]))
    bleu = [[run["bleu"] for run in read(folder, f"{name}.{side}-test.*.json")] for side in ("engine", "peer")]
    if bleu[0]:
        print(f"{'BLEU':52}{statistics.median(bleu[0]):12.2f}{statistics.median(bleu[1]):12.2f}   differences "
              + " ".join(f"{ours - theirs:+.2f}" for ours, theirs in zip(*bleu)))


def geometric_mean(values):
    return math.exp(statistics.mean(math.log(value) for value in values))


def cases_of(folder, name):
    """For each case the milliseconds of engine and peer in each round, in pairs."""
    pairs = {}
    for engine, peer in zip(*(read(folder, f"{name}.{side}.*.json") for side in ("engine", "peer"))):
        theirs = {case["name"]: case for case in peer["cases"]}
        for ours in engine["cases"]:
            pairs.setdefault(ours["name"], (ours["group"], []))[1].append((ours["milliseconds"], theirs[ours["name"]]["milliseconds"]))
    return pairs


def speeds(pairs, peer, unit="ms"):
    """A line a case; returns the median of the rounds' ratios for each."""
    print(f"{'':64}{'engine':>10}{peer:>14} {unit}   ratio, median (range)")
    ratios = {}
    for name, times in pairs.items():
        values = [theirs / ours for ours, theirs in times]
        ratios[name] = statistics.median(values)
        print(f"{name:64}{statistics.median(ours for ours, _ in times):10.4g}{statistics.median(theirs for _, theirs in times):14.4g}    {spread(values)}")
    return ratios


def summary(what, ratios):
    if ratios:
        worst = min(ratios, key=ratios.get)
        print(f"{what}: geometric mean {geometric_mean(ratios.values()):.2f} of {len(ratios)} cases, least {ratios[worst]:.2f} ({worst})")


def operations(folder):
    """The ratio is the peer's time divided by the engine's: above 1 the engine is faster."""
    cases = cases_of(folder, "operations")
    ratios = speeds({name: times for name, (_, times) in cases.items()}, "PyTorch")
    for group in dict.fromkeys(group for group, _ in cases.values()):
        of_group = {name: ratio for name, ratio in ratios.items() if cases[name][0] == group}
        if group != "conv":
            summary(group, of_group)
            continue
        # A training step's: the result and both gradients.
        passes = {}
        for name in of_group:
            layer = name.replace("conv data gradient ", "conv ").replace("conv weight gradient ", "conv ")
            passes.setdefault(layer, []).append(cases[name][1])
        all_three = {f"{layer}, forward and backward": [tuple(map(sum, zip(*round))) for round in zip(*times)]
                     for layer, times in passes.items() if len(times) == 3}
        summary("conv, forward", {name: ratio for name, ratio in of_group.items() if name in passes})
        if all_three:
            summary("conv, forward and backward", speeds(all_three, "PyTorch"))


def train(folder):
    """The ratio of times is as for operations; that of memory is the engine's peak divided by the peer's."""
    cases = {name: times for name, (_, times) in cases_of(folder, "train").items()}
    summary("training steps", speeds(cases, "PyTorch"))
    memory = {}
    for engine, peer in zip(*(read(folder, f"train.{side}.*.json") for side in ("engine", "peer"))):
        memory.setdefault(engine["cases"][0]["name"], []).append(tuple(run["peakMemoryBytes"] / 2**20 for run in (engine, peer)))
    for name, pairs in memory.items():
        row(f"{name}, peak MiB", *zip(*pairs))


def onnxruntime(folder):
    summary("inference", speeds({name: times for name, (_, times) in cases_of(folder, "onnxruntime").items()}, "ONNX Runtime"))


def gemm(folder):
    rounds = read(folder, "gemm.*.json")
    print(f"Matrix product, {len(rounds)} rounds, GFLOP/s")
    print(f"{'':24}{'threads':>8}{'engine':>12}{'OpenBLAS':>12}   ratio, median (range)")
    medians = {}
    for results in zip(*rounds):
        ours, theirs = (statistics.median(result[side] for result in results) for side in ("Ours", "OpenBlas"))
        print(f"{results[0]['Name']:24}{results[0]['Threads']:8}{ours:12.1f}{theirs:12.1f}   "
              + spread([result["Ratio"] for result in results]))
        medians.setdefault(results[0]["Threads"], {})[results[0]["Name"]] = statistics.median(result["Ratio"] for result in results)
    for threads, ratios in medians.items():
        summary(f"{threads} threads", ratios)


def accuracy(folder):
    means = []
    for side, name in (("engine", "ComputeCore"), ("peer", "PyTorch")):
        values = [run["epochs"][-1]["testAccuracy"] for run in read(folder, f"accuracy.{side}.*.json")]
        means.append(statistics.mean(values))
        deviation = statistics.stdev(values) if len(values) > 1 else 0.0
        print(f"{name:12} test accuracy {means[-1]:.2%} ± {deviation:.2%}   "
              + " ".join(f"{value:.2%}" for value in values))
    print(f"difference of the means {(means[0] - means[1]) * 100:+.2f} points")


def devices(folder):
    ours, installed, tuned, epochs, cpu = (
        read(folder, f"devices.{name}.*.json") for name in ("gemm", "clblast", "clblast-tuned", "epoch-opencl", "epoch-cpu"))
    print(f"OpenCL by PoCL, {len(ours)} rounds")
    print(f"{'':32}{'engine':>12}{'peer':>12}   ratio, median (range)")

    def line(name, engine, peer):
        ratios = [a / b for a, b in zip(engine, peer)]
        print(f"{name:32}{statistics.median(engine):12.1f}{statistics.median(peer):12.1f}   {spread(ratios)}")

    def rates(runs):
        return [run["gflops"] for run in runs]

    products = [run["cases"][0]["gflops"] for run in ours]
    line("GEMM 1024, CLBlast installed", products, rates(installed))
    line("GEMM 1024, CLBlast tuned", products, rates(tuned))
    seconds = [[run["secondsAnEpoch"] for run in runs] for runs in (epochs, cpu)]
    line(f"epoch by {epochs[0]['steps']} steps, CPU device", *seconds)


name, folder = sys.argv[1], pathlib.Path(sys.argv[2])
if name in ("gpt-char", "translate", "bert-mlm"):
    text(folder, name)
else:
    {"fashion-mnist": fashion_mnist, "devices": devices, "gemm": gemm, "operations": operations, "train": train, "onnxruntime": onnxruntime,
     "accuracy": accuracy}[name](folder)
