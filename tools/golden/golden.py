"""Records operations computed by PyTorch as golden files; see tests/golden/README.md for the format."""
import json
import os
import pathlib
import struct
import zlib

# The same float32 bits on every x86-64 machine: one instruction set, one thread.
os.environ["ATEN_CPU_CAPABILITY"] = "avx2"
os.environ["ONEDNN_MAX_CPU_ISA"] = "AVX2"
os.environ["OPENBLAS_CORETYPE"] = "Haswell"
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np  # noqa: E402 (the libraries read the environment when they are loaded)
import torch  # noqa: E402

torch.set_num_threads(1)

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden"

DTYPES = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.uint8: "U8",
    torch.bool: "BOOL",
}


def generator(name):
    """A random generator that depends on the name only: adding a case leaves the others' numbers alone."""
    return np.random.Generator(np.random.PCG64(zlib.crc32(name.encode())))


# Inputs are described by functions of a generator.

def normal(*shape, scale=1.0, mean=0.0):
    return lambda random: torch.tensor(random.standard_normal(shape) * scale + mean, dtype=torch.float32)


def uniform(low, high, *shape):
    return lambda random: torch.tensor(random.uniform(low, high, shape), dtype=torch.float32)


def distinct(*shape):
    """Values between -1 and 1 of which no two are equal, in random order: a maximum is never a tie."""
    def draw(random):
        count = int(np.prod(shape))
        return torch.tensor(random.permutation(np.linspace(-1, 1, count)).reshape(shape), dtype=torch.float32)
    return draw


def integers(low, high, *shape, dtype=torch.int64):
    """Integers from low to high - 1."""
    return lambda random: torch.tensor(random.integers(low, high, shape)).to(dtype)


def booleans(*shape):
    return lambda random: torch.tensor(random.integers(0, 2, shape)).to(torch.bool)


def constant(values, dtype=torch.float32):
    return lambda random: torch.tensor(values, dtype=dtype)


def write_safetensors(path, tensors, metadata):
    """Eight bytes of header length, the JSON header padded with spaces, then the data in the order of the names."""
    header, offset = {"__metadata__": dict(sorted(metadata.items()))}, 0
    for name in sorted(tensors):
        tensor = tensors[name]
        end = offset + tensor.numel() * tensor.element_size()
        header[name] = {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [offset, end]}
        offset = end
    encoded = json.dumps(header, separators=(",", ":")).encode()
    encoded += b" " * (-len(encoded) % 8)

    temporary = path.with_suffix(".partial")
    with open(temporary, "wb") as file:
        file.write(struct.pack("<Q", len(encoded)))
        file.write(encoded)
        for name in sorted(tensors):
            file.write(tensors[name].numpy().tobytes())
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


class Golden:
    """The cases of one golden file."""

    def __init__(self, family):
        self.family, self.tensors, self.metadata = family, {}, {}

    def case(self, name, operation, function, inputs, gradient=True, **attributes):
        """Records outputs and gradients of function(*inputs, **attributes), in float32 and in float64.

        gradient: True for every float32 input, False for none, or the indices of the differentiable inputs.
        """
        random = generator(f"{self.family}/{name}")
        inputs = [draw(random) for draw in inputs]
        if gradient is True:
            gradient = [i for i, tensor in enumerate(inputs) if tensor.is_floating_point()]

        outputs, gradOutputs, gradInputs = _evaluate(function, inputs, attributes, gradient or (), random)
        truth, _, gradTruth = _evaluate(
            function, [_double(tensor) for tensor in inputs], attributes, gradient or (),
            gradOutputs={i: _double(tensor) for i, tensor in gradOutputs.items()})

        parts = {f"input{i}": tensor for i, tensor in enumerate(inputs)}
        parts |= {f"output{i}": tensor for i, tensor in enumerate(outputs)}
        parts |= {f"output{i}.float64": tensor for i, tensor in enumerate(truth) if tensor.is_floating_point()}
        parts |= {f"gradOutput{i}": tensor for i, tensor in gradOutputs.items()}
        parts |= {f"gradInput{i}": tensor for i, tensor in gradInputs.items()}
        parts |= {f"gradInput{i}.float64": tensor for i, tensor in gradTruth.items()}
        self.add(name, operation, parts, attributes)

    def add(self, name, operation, parts, attributes):
        """Records a case whose tensors were computed by the caller."""
        assert name not in self.metadata, f"two cases are named {name}"
        self.metadata[name] = json.dumps({"operation": operation, "attributes": attributes}, allow_nan=False)
        for part, tensor in parts.items():
            self.tensors[f"{name}/{part}"] = tensor.detach().contiguous()

    def write(self):
        FOLDER.mkdir(parents=True, exist_ok=True)
        path = FOLDER / f"{self.family}.safetensors"
        write_safetensors(path, self.tensors, self.metadata)
        print(f"{path.name}: {len(self.metadata)} cases, {path.stat().st_size / 1024:.0f} KiB")


def _double(tensor):
    return tensor.double() if tensor.is_floating_point() else tensor


def _evaluate(function, inputs, attributes, gradient, random=None, gradOutputs=None):
    inputs = [tensor.clone().requires_grad_(i in gradient) for i, tensor in enumerate(inputs)]
    outputs = function(*inputs, **attributes)
    outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
    if not gradient:
        return outputs, {}, {}

    differentiable = [i for i, tensor in enumerate(outputs) if tensor.requires_grad]
    if gradOutputs is None:
        gradOutputs = {i: torch.tensor(random.standard_normal(tuple(outputs[i].shape)), dtype=torch.float32)
                       for i in differentiable}
    torch.autograd.backward([outputs[i] for i in differentiable], [gradOutputs[i] for i in differentiable])
    return outputs, gradOutputs, {i: inputs[i].grad for i in gradient}
