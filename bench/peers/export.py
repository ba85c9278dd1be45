"""Writes a case of `computecore bench infer` for other engines: export.py CASE FOLDER leaves the network as FOLDER/model.onnx, its
weights under the engine's names as FOLDER/model.safetensors, and a batch with PyTorch's result as FOLDER/batch.safetensors.
"""
import argparse
import pathlib
import sys

import torch

from networks import NETWORKS

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "tools" / "golden"))
from golden import write_safetensors  # noqa: E402

OPSET = 17


def gpt2_names(state):
    """As Hugging Face's: matrices are [in, out] there."""
    parts = {"norm1": "ln_1", "qkv": "attn.c_attn", "out": "attn.c_proj", "norm2": "ln_2", "expand": "mlp.c_fc", "contract": "mlp.c_proj"}
    renamed = {"wte.weight": state["tokens.weight"], "wpe.weight": state["positions.weight"], "ln_f.weight": state["norm.weight"], "ln_f.bias": state["norm.bias"]}
    for name, tensor in state.items():
        if name.startswith("blocks."):
            _, block, part, kind = name.split(".")
            renamed[f"h.{block}.{parts[part]}.{kind}"] = tensor.T.contiguous() if tensor.dim() > 1 else tensor
    return renamed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("case")
    parser.add_argument("folder", type=pathlib.Path)
    options = parser.parse_args()

    torch.manual_seed(1)
    make, draw = NETWORKS[options.case.removeprefix("infer ")]
    network, batch = make().eval(), draw()
    with torch.inference_mode():
        result = network(batch)
    options.folder.mkdir(parents=True, exist_ok=True)
    state = network.state_dict()
    write_safetensors(options.folder / "model.safetensors", gpt2_names(state) if "GPT-2" in options.case else state, {})
    write_safetensors(options.folder / "batch.safetensors", {"input": batch, "output": result}, {})
    torch.onnx.export(network, batch, str(options.folder / "model.onnx"), input_names=["input"], output_names=["output"], opset_version=OPSET)


main()
