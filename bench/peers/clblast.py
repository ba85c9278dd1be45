#!/usr/bin/python3
"""Times CLBlast's SGEMM on the first OpenCL device, square matrices, and prints one JSON document.

    clblast.py --size 1024                   as Debian installs it
    clblast.py --size 1024 --tuned FILE...   with the parameters that clblast_tuner_xgemm wrote into files, the fastest of them

The result is checked against NumPy's first: some of the tuner's winners compute wrong ones, and count nothing. The time is the median
of several calls, each waited for.
"""
import argparse
import ctypes
import json
import statistics
import time

import numpy

CL_MEM_READ_WRITE = 1
CL_DEVICE_TYPE_ALL = 0xFFFFFFFF
ROW_MAJOR, NOT_TRANSPOSED, TRUE = 101, 111, 1


def check(status, what):
    if status != 0:
        raise SystemExit(f"clblast.py: {what} failed with status {status}")


class Device:
    """The first device of the first OpenCL platform, with a queue."""

    def __init__(self):
        self.cl = ctypes.CDLL("libOpenCL.so.1")
        for function in ("clCreateContext", "clCreateCommandQueue", "clCreateBuffer"):
            getattr(self.cl, function).restype = ctypes.c_void_p
        platform, self.device, status = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_int()
        check(self.cl.clGetPlatformIDs(1, ctypes.byref(platform), None), "clGetPlatformIDs")
        check(self.cl.clGetDeviceIDs(platform, ctypes.c_ulong(CL_DEVICE_TYPE_ALL), 1, ctypes.byref(self.device), None), "clGetDeviceIDs")
        self.context = ctypes.c_void_p(self.cl.clCreateContext(None, 1, ctypes.byref(self.device), None, None, ctypes.byref(status)))
        check(status.value, "clCreateContext")
        self.queue = ctypes.c_void_p(self.cl.clCreateCommandQueue(self.context, self.device, ctypes.c_ulong(0), ctypes.byref(status)))
        check(status.value, "clCreateCommandQueue")

    def buffer(self, values):
        status = ctypes.c_int()
        memory = ctypes.c_void_p(self.cl.clCreateBuffer(
            self.context, ctypes.c_ulong(CL_MEM_READ_WRITE), ctypes.c_size_t(values.nbytes), None, ctypes.byref(status)))
        check(status.value, "clCreateBuffer")
        check(self.cl.clEnqueueWriteBuffer(
            self.queue, memory, TRUE, ctypes.c_size_t(0), ctypes.c_size_t(values.nbytes), values.ctypes.data_as(ctypes.c_void_p), 0, None, None), "writing")
        return memory

    def read(self, memory, values):
        check(self.cl.clEnqueueReadBuffer(
            self.queue, memory, TRUE, ctypes.c_size_t(0), ctypes.c_size_t(values.nbytes), values.ctypes.data_as(ctypes.c_void_p), 0, None, None), "reading")

    def finish(self):
        check(self.cl.clFinish(self.queue), "clFinish")


def override(clblast, device, file):
    """Puts a tuner's best parameters in the place of the installed ones."""
    with open(file, encoding="utf-8") as stream:
        best = json.load(stream)["best_parameters"]
    pairs = [pair.split("=") for pair in best.split()]
    pairs = [(name, int(value)) for name, value in pairs if name != "PRECISION"]
    names = (ctypes.c_char_p * len(pairs))(*[name.encode() for name, _ in pairs])
    values = (ctypes.c_size_t * len(pairs))(*[value for _, value in pairs])
    check(clblast.CLBlastOverrideParameters(device.device, b"Xgemm", 32, ctypes.c_size_t(len(pairs)), names, values), "CLBlastOverrideParameters")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=1024)
    parser.add_argument("--repeats", type=int, default=11)
    parser.add_argument("--tuned", metavar="FILE", nargs="+")
    arguments = parser.parse_args()

    clblast = ctypes.CDLL("libclblast.so.1")
    device = Device()
    n = arguments.size
    random = numpy.random.default_rng(1)
    a, b = (random.uniform(-1, 1, (n, n)).astype(numpy.float32) for _ in range(2))
    expected = a.astype(numpy.float64) @ b.astype(numpy.float64)
    c = numpy.zeros((n, n), numpy.float32)
    on_device = [device.buffer(matrix) for matrix in (a, b, c)]
    size, zero = ctypes.c_size_t(n), ctypes.c_size_t(0)

    def multiply():
        check(clblast.CLBlastSgemm(
            ROW_MAJOR, NOT_TRANSPOSED, NOT_TRANSPOSED, size, size, size, ctypes.c_float(1), on_device[0], zero, size, on_device[1], zero, size,
            ctypes.c_float(0), on_device[2], zero, size, ctypes.byref(device.queue), None), "CLBlastSgemm")
        device.finish()

    def measure(file):
        if file:
            override(clblast, device, file)
        multiply()
        device.read(on_device[2], c)
        error = float(numpy.abs(c - expected).max())
        seconds = []
        for _ in range(arguments.repeats):
            start = time.perf_counter()
            multiply()
            seconds.append(time.perf_counter() - start)
        return {"size": n, "tuned": file, "gflops": 2 * n**3 / statistics.median(seconds) / 1e9, "largestError": error}

    results = [measure(file) for file in arguments.tuned or [None]]
    right = [result for result in results if result["largestError"] < 1e-3]
    if not right:
        raise SystemExit(f"clblast.py: no right result: {results}")
    print(json.dumps(max(right, key=lambda result: result["gflops"])))


if __name__ == "__main__":
    main()
