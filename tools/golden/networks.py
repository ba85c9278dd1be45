"""torchvision's classifiers with weights that a formula gives, so that the file needs not hold them: logits in use and in training,
the loss, and of the first convolution the gradient, which all layers had a part in; names and shapes of their state_dicts.
"""
import copy
import math

import numpy as np
import torch
import torch.nn.functional as F
import torchvision

from golden import FOLDER, Golden, generator, integers, normal

BATCH, SIZE = 4, 64


def noise(name, count):
    """Numbers in [-1, 1) that depend on the name and the index: murmur3's finalizer of the index and the name's FNV-1a hash."""
    seed = 2166136261
    for byte in name.encode():
        seed = (seed ^ byte) * 16777619 % 2**32
    h = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9) + np.uint32(seed)
    h = (h ^ h >> np.uint32(16)) * np.uint32(0x85EBCA6B)
    h = (h ^ h >> np.uint32(13)) * np.uint32(0xC2B2AE35)
    return ((h ^ h >> np.uint32(16)) >> np.uint32(8)) / 2.0**23 - 1


def value(name, shape):
    """He's uniform weights for kernels and matrices, variances and weights of normalizations around 1, biases and means around 0."""
    numbers = noise(name, math.prod(shape)).reshape(shape)
    if len(shape) > 1:
        return numbers * math.sqrt(6 / math.prod(shape[1:]))
    return 1 + numbers / 4 if name.endswith((".weight", "running_var")) else numbers / 4


def fill(model):
    for name, tensor in model.state_dict().items():
        if tensor.is_floating_point():
            tensor.copy_(torch.tensor(value(name, tuple(tensor.shape)), dtype=torch.float32))
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0
    return model


def record(model, images, targets):
    model.eval()
    logits = model(images).detach()
    model.train()
    trained = model(images)
    loss = F.cross_entropy(trained, targets)
    loss.backward()
    name, first = next(iter(model.named_parameters()))
    return {"logits": logits, "trainLogits": trained, "loss": loss, f"grad/{name}": first.grad}


(FOLDER / "networks").mkdir(exist_ok=True)
golden = Golden("networks/classifiers")
models = torchvision.models
for name, make in [("ResNet-18", models.resnet18), ("ResNet-50", models.resnet50), ("MobileNetV2", models.mobilenet_v2), ("SqueezeNet 1.1", models.squeezenet1_1)]:
    random, model = generator(f"networks/{name}"), fill(make())
    images, targets = normal(BATCH, 3, SIZE, SIZE)(random), integers(0, 1000, BATCH)(random)
    truth = record(copy.deepcopy(model).double(), images.double(), targets)
    tensors = {"images": images, "targets": targets} | record(model, images, targets) | {f"{part}.float64": tensor for part, tensor in truth.items()}
    golden.add(name, "classifier", tensors, {"state": {key: list(tensor.shape) for key, tensor in model.state_dict().items()}})
golden.write()
