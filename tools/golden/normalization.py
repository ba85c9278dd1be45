"""Batch normalization (training and evaluation) and layer normalization."""
import torch
import torch.nn.functional as F

from golden import Golden, constant, normal, uniform

golden = Golden("normalization")


def batch_norm(image, runningMean, runningVariance, weight=None, bias=None, **attributes):
    """Returns the running statistics after the call too; PyTorch updates its arguments."""
    mean, variance = runningMean.clone(), runningVariance.clone()
    result = F.batch_norm(image, mean, variance, weight, bias, **attributes)
    return (result, mean, variance) if attributes["training"] else result


# Inputs: x, running mean, running variance and, if affine, weight and bias.
# Outputs in training: y, running mean and running variance afterwards.
for shape in [(2, 3, 4, 5), (8, 6), (4, 1, 7, 7), (1, 5, 6, 6), (2, 19, 3, 3), (9, 2, 4, 4), (2, 3, 11)]:
    channels = shape[1]
    name = "x".join(str(size) for size in shape)
    statistics = [normal(channels), uniform(0.5, 2, channels)]
    affine = [uniform(0.5, 1.5, channels), normal(channels)]
    x = normal(*shape, scale=2, mean=0.5)
    for training, mode in ((True, "training"), (False, "eval")):
        attributes = dict(training=training, momentum=0.1, eps=1e-5)
        golden.case(f"batch_norm_{name}_{mode}", "batch_norm", batch_norm, [x] + statistics + affine,
                    gradient=(0, 3, 4), **attributes)
        golden.case(f"batch_norm_{name}_{mode}_no_affine", "batch_norm", batch_norm, [x] + statistics,
                    gradient=(0,), **attributes)

golden.case("batch_norm_momentum", "batch_norm", batch_norm,
            [normal(4, 3, 5, 5), normal(3), uniform(0.5, 2, 3), normal(3), normal(3)], gradient=(0, 3, 4),
            training=True, momentum=0.9, eps=1e-3)
golden.case("batch_norm_large_mean", "batch_norm", batch_norm,
            [normal(4, 3, 5, 5, mean=30), normal(3), uniform(0.5, 2, 3), normal(3), normal(3)], gradient=(0, 3, 4),
            training=True, momentum=0.1, eps=1e-5)
golden.case("batch_norm_constant_input", "batch_norm", batch_norm,
            [constant([[[[2.0, 2.0], [2.0, 2.0]]], [[[2.0, 2.0], [2.0, 2.0]]]]), constant([0.0]), constant([1.0])],
            gradient=(0,), training=True, momentum=0.1, eps=1e-5)


def layer_norm(x, weight=None, bias=None, *, normalized_shape, eps):
    return F.layer_norm(x, normalized_shape, weight, bias, eps)


for shape, dimensions in [((4, 10), 1), ((2, 3, 64), 1), ((3, 4, 5), 2), ((2, 3, 4, 5), 3), ((5, 1), 1), ((1, 257), 1),
                          ((33, 7), 1), ((2, 5, 3, 9), 2), ((6,), 1)]:
    normalized = shape[len(shape) - dimensions:]
    name = "x".join(str(size) for size in shape) + f"_over_{dimensions}"
    attributes = dict(normalized_shape=list(normalized), eps=1e-5)
    x = normal(*shape, scale=2, mean=0.5)
    golden.case(f"layer_norm_{name}", "layer_norm", layer_norm, [x, normal(*normalized), normal(*normalized)],
                **attributes)
    golden.case(f"layer_norm_{name}_no_affine", "layer_norm", layer_norm, [x], **attributes)
golden.case("layer_norm_large_mean", "layer_norm", layer_norm, [normal(3, 40, mean=30), normal(40), normal(40)],
            normalized_shape=[40], eps=1e-5)
golden.case("layer_norm_eps", "layer_norm", layer_norm, [normal(3, 12, scale=1e-3), normal(12), normal(12)],
            normalized_shape=[12], eps=1e-3)

golden.write()
