"""Elementwise operations: activations, arithmetic with broadcasting, comparisons, selection, casts."""
import torch
import torch.nn.functional as F

from golden import Golden, booleans, constant, integers, normal, uniform

golden = Golden("elementwise")

# 3x5x9 elements: more than a vector, and no multiple of one.
SHAPE = (3, 5, 9)

SPECIAL = [0.0, -0.0, 1.0, -1.0, float("inf"), float("-inf"), float("nan"), 1e-40, -1e-40, 1.4e-45, 1.1754944e-38,
           3.4028235e38, -3.4028235e38, 0.5, -2.5, 3.0, -3.0, 6.0, 20.0, -20.0, 88.5, 89.0, -87.5, -103.0, -104.5]

symmetric = normal(*SHAPE, scale=3)
positive = uniform(0.05, 6, *SHAPE)
nonzero = lambda random: normal(*SHAPE)(random).sign() * uniform(0.2, 4, *SHAPE)(random)

UNARY = [
    ("relu", F.relu, symmetric, [{}]),
    ("relu6", F.relu6, symmetric, [{}]),
    ("leaky_relu", F.leaky_relu, symmetric, [{"negative_slope": 0.01}, {"negative_slope": 0.2}]),
    ("gelu", F.gelu, symmetric, [{"approximate": "none"}, {"approximate": "tanh"}]),
    ("silu", F.silu, symmetric, [{}]),
    ("hardswish", F.hardswish, symmetric, [{}]),
    ("sigmoid", torch.sigmoid, symmetric, [{}]),
    ("tanh", torch.tanh, symmetric, [{}]),
    ("erf", torch.erf, normal(*SHAPE, scale=1.5), [{}]),
    ("exp", torch.exp, symmetric, [{}]),
    ("log", torch.log, positive, [{}]),
    ("sqrt", torch.sqrt, positive, [{}]),
    ("rsqrt", torch.rsqrt, positive, [{}]),
    ("reciprocal", torch.reciprocal, nonzero, [{}]),
    ("neg", torch.neg, symmetric, [{}]),
    ("abs", torch.abs, symmetric, [{}]),
    ("pow", torch.pow, positive, [{"exponent": e} for e in (2.0, 3.0, 0.5, -1.0, -0.5, 2.7, 1.0, 0.0)]),
    ("clamp", torch.clamp, symmetric, [{"min": -1.5, "max": 2.0}, {"min": 0.25}, {"max": -0.25}]),
]

for operation, function, values, variants in UNARY:
    for attributes in variants:
        suffix = "".join(f"_{value}" for value in attributes.values())
        if operation == "clamp":
            suffix = "".join(f"_{key}" for key in attributes)
        golden.case(f"{operation}{suffix}", operation, function, [values], **attributes)
        golden.case(f"{operation}{suffix}_special_values", operation, function, [constant(SPECIAL)],
                    gradient=False, **attributes)

golden.case("pow_2.0_of_negatives", "pow", torch.pow, [nonzero], exponent=2.0)
golden.case("pow_3.0_of_negatives", "pow", torch.pow, [nonzero], exponent=3.0)
golden.case("relu_scalar", "relu", F.relu, [constant(0.75)])
golden.case("gelu_one_element", "gelu", F.gelu, [constant([-0.3])], approximate="tanh")
golden.case("exp_empty", "exp", torch.exp, [normal(0, 3)])
golden.case("tanh_near_zero", "tanh", torch.tanh, [uniform(-1e-3, 1e-3, 40)])
golden.case("erf_near_zero", "erf", torch.erf, [uniform(-1e-3, 1e-3, 40)])
golden.case("log_near_one", "log", torch.log, [uniform(0.999, 1.001, 40)])

# PyTorch's gradients where a function has a kink.
KINKS = [-6.0, -3.0, -0.0, 0.0, 3.0, 6.0]
for operation, function, attributes in [
        ("relu", F.relu, {}), ("relu6", F.relu6, {}), ("leaky_relu", F.leaky_relu, {"negative_slope": 0.1}),
        ("abs", torch.abs, {}), ("hardswish", F.hardswish, {}), ("clamp", torch.clamp, {"min": -3.0, "max": 3.0})]:
    golden.case(f"{operation}_at_kinks", operation, function, [constant(KINKS)], **attributes)

BROADCASTS = {
    "same_shape": ((3, 5, 9), (3, 5, 9)),
    "scalar_right": ((5, 9), ()),
    "scalar_left": ((), (5, 9)),
    "row": ((6, 17), (17,)),
    "column": ((6, 17), (6, 1)),
    "outer": ((6, 1), (1, 17)),
    "channel": ((2, 3, 3, 4), (1, 3, 1, 1)),
    "middle": ((2, 1, 5), (2, 4, 5)),
    "both_sides": ((2, 1, 3, 1), (4, 1, 5)),
    "one_element": ((1,), (2, 3)),
}

ARITHMETIC = {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div}
EXTREMA = {"minimum": torch.minimum, "maximum": torch.maximum}
COMPARISONS = {"eq": torch.eq, "ne": torch.ne, "lt": torch.lt, "le": torch.le, "gt": torch.gt, "ge": torch.ge}


def away_from_zero(*shape):
    return lambda random: normal(*shape)(random).sign() * uniform(0.3, 3, *shape)(random)


for kind, (left, right) in BROADCASTS.items():
    for operation, function in (ARITHMETIC | EXTREMA).items():
        golden.case(f"{operation}_{kind}", operation, function, [normal(*left), away_from_zero(*right)])
    golden.case(f"lt_{kind}", "lt", torch.lt, [normal(*left), normal(*right)], gradient=False)

for kind in ("same_shape", "row", "outer"):
    left, right = BROADCASTS[kind]
    golden.case(f"pow_tensor_{kind}", "pow", torch.pow, [uniform(0.3, 3, *left), uniform(-2, 3, *right)])

PAIRS = [0.0, -0.0, 1.0, -1.0, float("inf"), float("-inf"), float("nan"), 1e-40, -1e-40, 3.4028235e38, 2.0, 0.5, -3.0]
column, row = constant([[value] for value in PAIRS]), constant([PAIRS])
for operation, function in (ARITHMETIC | EXTREMA | COMPARISONS | {"pow": torch.pow}).items():
    name = "pow_tensor" if operation == "pow" else operation
    golden.case(f"{name}_special_values", operation, function, [column, row], gradient=False)

for dtype, name in ((torch.int64, "i64"), (torch.int32, "i32")):
    for operation in ("add", "sub", "mul", "minimum", "maximum"):
        golden.case(f"{operation}_{name}", operation, (ARITHMETIC | EXTREMA)[operation],
                    [integers(-9, 9, 4, 7, dtype=dtype), integers(-9, 9, 7, dtype=dtype)], gradient=False)
for dtype, name in ((torch.int64, "i64"), (torch.int32, "i32"), (torch.uint8, "u8")):
    for operation, function in COMPARISONS.items():
        golden.case(f"{operation}_{name}", operation, function,
                    [integers(0, 4, 4, 7, dtype=dtype), integers(0, 4, 7, dtype=dtype)], gradient=False)

for operation, function in COMPARISONS.items():
    golden.case(f"{operation}_row", operation, function, [integers(0, 3, 5, 19, dtype=torch.float32),
                                                          integers(0, 3, 19, dtype=torch.float32)],
                gradient=False) if operation != "lt" else None

for kind, (condition, left, right) in {
        "same_shape": ((5, 13), (5, 13), (5, 13)),
        "condition_row": ((13,), (5, 13), (5, 13)),
        "condition_column": ((5, 1), (5, 13), (13,)),
        "scalars": ((5, 13), (), ()),
        "all_broadcast": ((4, 1, 1), (1, 3, 1), (5,))}.items():
    golden.case(f"where_{kind}", "where", torch.where, [booleans(*condition), normal(*left), normal(*right)])
golden.case("where_i64", "where", torch.where, [booleans(5, 13), integers(-9, 9, 5, 13), integers(-9, 9, 13)],
            gradient=False)
golden.case("where_hides_nan", "where", torch.where,
            [constant([True, False, True], torch.bool), constant([1.0, float("nan"), 2.0]),
             constant([float("inf"), 3.0, float("nan")])])

TYPES = {"F32": torch.float32, "I64": torch.int64, "I32": torch.int32, "U8": torch.uint8, "BOOL": torch.bool}


def cast(tensor, dtype):
    # The float64 run keeps its precision where the result is a float.
    return tensor.to(tensor.dtype if dtype == "F32" and tensor.is_floating_point() else TYPES[dtype])


SOURCES = {"F32": uniform(0, 9, 17), "I64": integers(0, 200, 17), "I32": integers(0, 200, 17, dtype=torch.int32),
           "U8": integers(0, 200, 17, dtype=torch.uint8), "BOOL": booleans(17)}
for source, draw in SOURCES.items():
    for target in TYPES:
        if source != target:
            golden.case(f"to_{source}_{target}", "to", cast, [draw], gradient=False, dtype=target)
golden.case("to_F32_I64_truncates", "to", cast, [constant([-1.9, -1.0, -0.5, -0.0, 0.5, 1.0, 1.9, 2e9])],
            gradient=False, dtype="I64")
golden.case("to_F32_BOOL_special_values", "to", cast, [constant([0.0, -0.0, 1e-40, float("nan"), float("-inf")])],
            gradient=False, dtype="BOOL")

golden.write()
