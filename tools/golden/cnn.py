"""A small convolutional network: parameters, one forward and backward pass, the losses of twenty steps of Adam."""
import copy

import torch
import torch.nn.functional as F
from torch import nn

from golden import Golden, generator, integers, normal

STEPS, LEARNING_RATE = 20, 1e-3

torch.manual_seed(20)
model = nn.Sequential(
    nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(4, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(8 * 3 * 3, 16), nn.ReLU(), nn.Linear(16, 10))
random = generator("cnn")
images, targets = normal(8, 1, 12, 12)(random), integers(0, 10, 8)(random)


def record(model, images):
    """The network's outputs, gradients and training losses in the precision of its parameters."""
    logits = model(images)
    loss = F.cross_entropy(logits, targets)
    loss.backward()
    results = {"logits": logits, "loss": loss}
    results |= {f"grad/{name}": parameter.grad.clone() for name, parameter in model.named_parameters()}

    optimizer, losses = torch.optim.Adam(model.parameters(), LEARNING_RATE), []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return results | {"adamLosses": torch.stack(losses)}


tensors = {name: parameter.detach().clone() for name, parameter in model.state_dict().items()}
tensors |= {"input": images, "targets": targets}
truth = record(copy.deepcopy(model).double(), images.double())
tensors |= record(model, images) | {f"{name}.float64": tensor for name, tensor in truth.items()}

golden = Golden("cnn")
golden.add("cnn", "cnn", tensors, {"lr": LEARNING_RATE, "betas": [0.9, 0.999], "eps": 1e-8, "steps": STEPS})
golden.write()
