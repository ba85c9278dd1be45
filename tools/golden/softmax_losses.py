"""Softmax and the loss functions."""
import torch
import torch.nn.functional as F

from golden import Golden, constant, integers, normal, uniform

golden = Golden("softmax_losses")
infinity, nan = float("inf"), float("nan")

for operation, function in (("softmax", F.softmax), ("log_softmax", F.log_softmax)):
    for dim in (0, 1, 2, 3, -1):
        golden.case(f"{operation}_dim{dim}".replace("-", "minus"), operation, function,
                    [normal(2, 3, 4, 5, scale=2)], dim=dim)
    for rows, columns in [(8, 10), (1, 1), (3, 1), (1, 5), (1, 515), (65, 3)]:
        golden.case(f"{operation}_{rows}x{columns}", operation, function, [normal(rows, columns, scale=3)], dim=1)
    golden.case(f"{operation}_vector", operation, function, [normal(33)], dim=0)
    golden.case(f"{operation}_large_values", operation, function,
                [constant([[1e4, 1e4 - 1, 0.0], [-1e4, -1e4 + 2, -1e4], [3e38, -3e38, 0.0], [88.0, 89.0, 90.0]])], dim=1)
    golden.case(f"{operation}_masked", operation, function,
                [constant([[1.0, -infinity, 2.0, -infinity], [-infinity, 0.5, -infinity, -infinity]])], dim=1)
    golden.case(f"{operation}_special_values", operation, function,
                [constant([[-infinity, -infinity, -infinity], [infinity, 0.0, 1.0], [nan, 0.0, 1.0],
                           [infinity, infinity, -infinity]])], gradient=False, dim=1)

# Class indices [N] or [N, H, W] against logits [N, C] or [N, C, H, W]; input2, where there is one, weighs the classes.
SHAPES = {"N8_C10": ((8, 10), (8,)), "N2_C3_H4_W5": ((2, 3, 4, 5), (2, 4, 5)), "N1_C4": ((1, 4), (1,)),
          "N3_C67": ((3, 67), (3,))}
VARIANTS = [("", {}, False), ("ignore_index", {"ignore_index": 1}, False),
            ("label_smoothing", {"label_smoothing": 0.1}, False), ("weight", {}, True),
            ("weight_ignore_index", {"ignore_index": 2}, True),
            ("weight_label_smoothing", {"label_smoothing": 0.2}, True),
            ("weight_ignore_index_label_smoothing", {"ignore_index": 0, "label_smoothing": 0.3}, True)]


def cross_entropy(logits, target, weight=None, **attributes):
    return F.cross_entropy(logits, target, weight, **attributes)


def nll_loss(logits, target, weight=None, **attributes):
    return F.nll_loss(logits, target, weight, **attributes)


for name, (logits, target) in SHAPES.items():
    for variant, attributes, weighted in VARIANTS:
        if name in ("N1_C4", "N3_C67") and variant not in ("", "label_smoothing"):
            continue
        for reduction in ("mean", "sum", "none"):
            settings = {"reduction": reduction, "ignore_index": -100, "label_smoothing": 0.0} | attributes
            suffix = f"_{variant}" if variant else ""
            inputs = [normal(*logits, scale=2), integers(0, logits[1], *target)]
            inputs += [uniform(0.2, 2, logits[1])] if weighted else []
            golden.case(f"cross_entropy_{name}_{reduction}{suffix}", "cross_entropy", cross_entropy, inputs,
                        gradient=(0,), **settings)
            if "label_smoothing" not in attributes:
                del settings["label_smoothing"]
                golden.case(f"nll_loss_{name}_{reduction}{suffix}", "nll_loss", nll_loss, inputs,
                            gradient=(0,), **settings)

golden.case("cross_entropy_default_ignore_index", "cross_entropy", cross_entropy,
            [normal(4, 5), constant([0, -100, 3, -100], torch.int64)], gradient=(0,),
            reduction="mean", ignore_index=-100, label_smoothing=0.0)
golden.case("cross_entropy_large_logits", "cross_entropy", cross_entropy,
            [constant([[1000.0, 0.0, -1000.0], [-200.0, 300.0, 299.0]]), constant([1, 2], torch.int64)], gradient=(0,),
            reduction="none", ignore_index=-100, label_smoothing=0.0)
# The mean over no element is NaN.
golden.case("cross_entropy_all_ignored", "cross_entropy", cross_entropy,
            [normal(2, 3), constant([-100, -100], torch.int64)], gradient=False,
            reduction="mean", ignore_index=-100, label_smoothing=0.0)

for shape in [(8, 10), (33,), (2, 3, 4, 5), (1, 1)]:
    for reduction in ("mean", "sum", "none"):
        golden.case("mse_loss_" + "x".join(str(size) for size in shape) + f"_{reduction}", "mse_loss", F.mse_loss,
                    [normal(*shape), normal(*shape)], reduction=reduction)

golden.write()
