"""Waits until two cores each work as fast together as alone, and prints them as `taskset -c` takes them.

Virtual machines share cores, and a pair may be one core's two hardware threads: a comparison then measures the
neighbours. The work is float32 matrix products that stay in the core's own cache.
"""
import multiprocessing
import os
import pathlib
import sys
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np  # noqa: E402 (OpenBLAS reads the environment when it is loaded)

SIZE, SECONDS, ENOUGH, ATTEMPTS, PAUSE = 256, 0.5, 0.9, 20, 15


def core_of(cpu):
    topology = pathlib.Path(f"/sys/devices/system/cpu/cpu{cpu}/topology")
    try:
        return (topology / "physical_package_id").read_text(), (topology / "core_id").read_text()
    except OSError:
        return cpu


def work(cpu, barrier, rates):
    os.sched_setaffinity(0, {cpu})
    a = np.ones((SIZE, SIZE), np.float32)
    a @ a
    barrier.wait()
    start, products = time.perf_counter(), 0
    while time.perf_counter() - start < SECONDS:
        a @ a
        products += 1
    rates.put((cpu, products / SECONDS))


def measure(cpus):
    barrier, rates = multiprocessing.Barrier(len(cpus)), multiprocessing.Queue()
    processes = [multiprocessing.Process(target=work, args=(cpu, barrier, rates)) for cpu in cpus]
    for process in processes:
        process.start()
    result = dict(rates.get() for _ in processes)
    for process in processes:
        process.join()
    return result


def main():
    cores = {}
    for cpu in sorted(os.sched_getaffinity(0)):
        cores.setdefault(core_of(cpu), cpu)
    cpus = list(cores.values())[:2]
    if len(cpus) < 2:
        sys.exit("two cores are needed, and this process may use one")

    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(PAUSE)
        alone = {cpu: measure([cpu])[cpu] for cpu in cpus}
        together = measure(cpus)
        share = min(together[cpu] / max(alone.values()) for cpu in cpus)
        if share >= ENOUGH:
            print(",".join(str(cpu) for cpu in cpus))
            return
        print(f"cores {cpus} together run at {share:.0%} of one alone: waiting", file=sys.stderr)
    sys.exit("the machine never gave both cores in full; close what else runs and try again")


main()
