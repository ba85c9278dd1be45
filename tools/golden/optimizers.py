"""Optimizers over ten steps of given gradients, and gradient clipping.

input0 is the parameter [...], input1 the gradients [10, ...], output0 the parameter after every step [10, ...].
"""
import torch

from golden import Golden, normal

golden = Golden("optimizers")
STEPS = 10

OPTIMIZERS = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW,
              "rmsprop": torch.optim.RMSprop}
DEFAULTS = {
    "sgd": dict(lr=0.1, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False),
    "adam": dict(lr=1e-3, betas=[0.9, 0.999], eps=1e-8, weight_decay=0.0),
    "adamw": dict(lr=1e-3, betas=[0.9, 0.999], eps=1e-8, weight_decay=1e-2),
    "rmsprop": dict(lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0.0, momentum=0.0, centered=False),
}


def trajectory(parameter, gradients, make, **attributes):
    parameter = parameter.clone().requires_grad_()
    optimizer, states = make([parameter], **attributes), []
    for gradient in gradients:
        parameter.grad = gradient.clone()
        optimizer.step()
        states.append(parameter.detach().clone())
    return torch.stack(states)


def case(name, operation, shape=(5, 7), **changes):
    make = OPTIMIZERS[operation]
    golden.case(f"{operation}_{name}", operation,
                lambda parameter, gradients, **attributes: trajectory(parameter, gradients, make, **attributes),
                [normal(*shape), normal(STEPS, *shape)], gradient=False, **DEFAULTS[operation] | changes)


case("plain", "sgd")
case("weight_decay", "sgd", weight_decay=0.05)
case("momentum", "sgd", momentum=0.9)
case("momentum_dampening", "sgd", momentum=0.9, dampening=0.3)
case("momentum_weight_decay", "sgd", momentum=0.9, weight_decay=0.05)
case("nesterov", "sgd", momentum=0.9, nesterov=True)
case("nesterov_weight_decay", "sgd", momentum=0.8, nesterov=True, weight_decay=0.05)
case("scalar", "sgd", shape=(), momentum=0.9)

for operation in ("adam", "adamw"):
    case("defaults", operation)
    case("large_rate", operation, lr=0.1)
    case("weight_decay", operation, lr=0.01, weight_decay=0.1)
    case("betas", operation, lr=0.01, betas=[0.5, 0.9])
    case("eps", operation, lr=0.01, eps=1e-3)
    case("odd_size", operation, shape=(37,), lr=0.01)
case("no_weight_decay", "adamw", weight_decay=0.0)

case("plain", "rmsprop")
case("alpha", "rmsprop", alpha=0.9)
case("eps", "rmsprop", eps=1e-3)
case("weight_decay", "rmsprop", weight_decay=0.05)
case("momentum", "rmsprop", momentum=0.9)
case("centered", "rmsprop", centered=True)
case("centered_momentum", "rmsprop", centered=True, momentum=0.9, weight_decay=0.05)


def clip_grad_norm(*gradients, **attributes):
    """Outputs: the norm of all gradients together before clipping, then the clipped gradients."""
    parameters = [torch.zeros_like(gradient) for gradient in gradients]
    for parameter, gradient in zip(parameters, gradients):
        parameter.grad = gradient.clone()
    return [torch.nn.utils.clip_grad_norm_(parameters, **attributes)] + [parameter.grad for parameter in parameters]


gradients = [normal(4, 5), normal(7), normal(2, 3, 2)]
golden.case("clip_grad_norm_clips", "clip_grad_norm_", clip_grad_norm, gradients, gradient=False,
            max_norm=1.0, norm_type=2.0)
golden.case("clip_grad_norm_leaves", "clip_grad_norm_", clip_grad_norm, gradients, gradient=False,
            max_norm=100.0, norm_type=2.0)
golden.case("clip_grad_norm_one_tensor", "clip_grad_norm_", clip_grad_norm, [normal(33)], gradient=False,
            max_norm=0.5, norm_type=2.0)

golden.write()
