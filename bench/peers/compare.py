"""Prints what run.sh and accuracy.sh measured: compare.py CASE FOLDER."""
import json
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
    print(f"{name:24}{statistics.median(engine):12.1f}{statistics.median(peer):12.1f}   {spread(ratios)}")


def fashion_mnist(folder):
    engine, peer = (read(folder, f"fashion-mnist.{side}.*.json") for side in ("engine", "peer"))
    print(f"Fashion-MNIST, {len(engine)} rounds: {engine[0]['device']} and {peer[0]['device']}")
    print(f"{'':24}{'engine':>12}{'PyTorch':>12}   ratio, median (range)")

    def rates(runs):
        return [statistics.median(epoch["imagesPerSecond"] for epoch in run["epochs"]) for run in runs]

    row("images per second", rates(engine), rates(peer))
    row("peak memory, MiB", *([run["peakMemoryBytes"] / 2**20 for run in runs] for runs in (engine, peer)))


def gpt_char(folder):
    engine, peer = (read(folder, f"gpt-char.{side}.*.json") for side in ("engine", "peer"))
    print(f"Character GPT, {len(engine)} rounds: {engine[0]['device']} and {peer[0]['device']}")
    print(f"{'':24}{'engine':>12}{'PyTorch':>12}   ratio, median (range)")
    row("seconds", *([sum(part["seconds"] for part in run["validations"]) for run in runs] for runs in (engine, peer)))
    losses = [[run["validations"][-1]["validationLoss"] for run in runs] for runs in (engine, peer)]
    print(f"{'validation loss':24}{statistics.median(losses[0]):12.4f}{statistics.median(losses[1]):12.4f}   "
          + spread([ours / theirs for ours, theirs in zip(*losses)]))
    row("peak memory, MiB", *([run["peakMemoryBytes"] / 2**20 for run in runs] for runs in (engine, peer)))


def gemm(folder):
    rounds = read(folder, "gemm.*.json")
    print(f"Matrix product, {len(rounds)} rounds, GFLOP/s")
    print(f"{'':24}{'threads':>8}{'engine':>12}{'OpenBLAS':>12}   ratio, median (range)")
    for results in zip(*rounds):
        ours, theirs = (statistics.median(result[side] for result in results) for side in ("Ours", "OpenBlas"))
        print(f"{results[0]['Name']:24}{results[0]['Threads']:8}{ours:12.1f}{theirs:12.1f}   "
              + spread([result["Ratio"] for result in results]))


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


{"fashion-mnist": fashion_mnist, "gpt-char": gpt_char, "devices": devices, "gemm": gemm, "accuracy": accuracy}[sys.argv[1]](pathlib.Path(sys.argv[2]))
