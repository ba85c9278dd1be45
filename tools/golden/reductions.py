"""Reductions over every kind of axes: leading, trailing, inner, several, all."""
import torch

from golden import Golden, constant, distinct, integers, normal

golden = Golden("reductions")

SHAPE = (2, 3, 4, 5)
AXES = [[0], [1], [2], [3], [-1], [0, 1], [2, 3], [0, 2, 3], [1, 3], [0, 1, 2, 3]]


def named(dim):
    return "dim" + "".join(str(d) for d in dim).replace("-", "minus")


for operation, function, values in [
        ("sum", torch.sum, normal(*SHAPE)),
        ("mean", torch.mean, normal(*SHAPE)),
        ("amax", torch.amax, distinct(*SHAPE)),
        ("amin", torch.amin, distinct(*SHAPE))]:
    for dim in AXES:
        golden.case(f"{operation}_{named(dim)}", operation, function, [values], dim=dim, keepdim=False)
    for dim in ([1], [0, 2, 3], [0, 1, 2, 3]):
        golden.case(f"{operation}_{named(dim)}_keepdim", operation, function, [values], dim=dim, keepdim=True)
    golden.case(f"{operation}_one_element", operation, function, [constant([[2.5]])], dim=[0, 1], keepdim=False)
    golden.case(f"{operation}_special_values", operation, function,
                [constant([[1.0, float("inf"), -2.0], [float("-inf"), 0.0, 3.0], [1.0, float("nan"), 2.0],
                           [float("inf"), float("-inf"), 0.0], [-0.0, -0.0, -0.0]])],
                gradient=False, dim=[1], keepdim=False)

for correction in (0, 1):
    for dim in AXES:
        golden.case(f"var_{named(dim)}_correction{correction}", "var", torch.var, [normal(*SHAPE)],
                    dim=dim, correction=correction, keepdim=False)
    for dim in ([1], [0, 2, 3]):
        golden.case(f"var_{named(dim)}_correction{correction}_keepdim", "var", torch.var, [normal(*SHAPE)],
                    dim=dim, correction=correction, keepdim=True)
# The mean is a thousand times the deviation: the sum of squares minus the squared mean would be noise.
golden.case("var_large_mean", "var", torch.var, [normal(3, 257, mean=1000)], dim=[1], correction=1, keepdim=False)

# Rows longer than any block, and many short ones.
for operation, function in (("sum", torch.sum), ("mean", torch.mean)):
    golden.case(f"{operation}_long_rows", operation, function, [normal(2, 1029)], dim=[1], keepdim=False)
    golden.case(f"{operation}_tall_columns", operation, function, [normal(523, 3)], dim=[0], keepdim=False)
golden.case("amax_tall_columns", "amax", torch.amax, [distinct(261, 3)], dim=[0], keepdim=False)

# Among equal maxima the gradient is shared evenly.
golden.case("amax_ties", "amax", torch.amax, [constant([[1.0, 3.0, 3.0, 2.0], [4.0, 4.0, 4.0, 4.0]])],
            dim=[1], keepdim=False)
golden.case("amin_ties", "amin", torch.amin, [constant([[1.0, 3.0, 1.0, 2.0], [4.0, 4.0, 4.0, 4.0]])],
            dim=[1], keepdim=False)

for dim in (0, 1, 2, 3, -1):
    golden.case(f"argmax_{named([dim])}", "argmax", torch.argmax, [distinct(*SHAPE)], gradient=False,
                dim=dim, keepdim=False)
golden.case("argmax_dim1_keepdim", "argmax", torch.argmax, [distinct(*SHAPE)], gradient=False, dim=1, keepdim=True)
golden.case("argmax_long_rows", "argmax", torch.argmax, [distinct(3, 700)], gradient=False, dim=1, keepdim=False)
# The first of equal maxima wins, and NaN counts as greater than everything.
golden.case("argmax_ties", "argmax", torch.argmax,
            [constant([[1.0, 3.0, 3.0, 2.0], [0.0, 0.0, 0.0, 0.0], [-0.0, 0.0, -1.0, 0.0]])], gradient=False,
            dim=1, keepdim=False)
golden.case("argmax_nan", "argmax", torch.argmax,
            [constant([[1.0, float("nan"), float("inf"), 2.0], [float("-inf")] * 4,
                       [float("nan"), 1.0, float("nan"), 0.0]])], gradient=False, dim=1, keepdim=False)

golden.case("sum_i64", "sum", torch.sum, [integers(-50, 50, 5, 9)], gradient=False, dim=[1], keepdim=False)
golden.case("argmax_i64", "argmax", torch.argmax, [constant([[3, 9, -2], [7, 1, 8]], torch.int64)], gradient=False,
            dim=1, keepdim=False)

golden.write()
