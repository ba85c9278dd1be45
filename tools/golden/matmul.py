"""Matrix products: batches, broadcasting, transposed operands, degenerate and odd sizes; linear layers."""
import torch
import torch.nn.functional as F

from golden import Golden, constant, normal

golden = Golden("matmul")


def matmul(a, b, transposeA, transposeB):
    return torch.matmul(a.mT if transposeA else a, b.mT if transposeB else b)


def stored(batch, rows, columns, transposed):
    return normal(*batch, *((columns, rows) if transposed else (rows, columns)))


def case(name, m, k, n, batchA=(), batchB=(), transposeA=False, transposeB=False):
    golden.case(name, "matmul", matmul, [stored(batchA, m, k, transposeA), stored(batchB, k, n, transposeB)],
                transposeA=transposeA, transposeB=transposeB)


TRANSPOSITIONS = {"nn": (False, False), "nt": (False, True), "tn": (True, False), "tt": (True, True)}

for suffix, (transposeA, transposeB) in TRANSPOSITIONS.items():
    for m, k, n in [(1, 1, 1), (2, 3, 4), (1, 19, 21), (13, 1, 17), (15, 23, 1), (1, 64, 1), (7, 11, 23),
                    (16, 16, 32), (13, 17, 33)]:
        case(f"{m}x{k}x{n}_{suffix}", m, k, n, transposeA=transposeA, transposeB=transposeB)
    case(f"batch3_5x7x9_{suffix}", 5, 7, 9, (3,), (3,), transposeA, transposeB)

# More than one block in each direction.
case("70x130x150", 70, 130, 150)
case("3x450x5", 3, 450, 5, transposeB=True)

case("batch2x3_6x5x4", 6, 5, 4, (2, 3), (2, 3))
case("batch_broadcast_right", 6, 5, 4, (4,), (1,))
case("batch_broadcast_left", 6, 5, 4, (1,), (4,))
case("batch_broadcast_both", 6, 5, 4, (2, 1), (1, 3))
case("batch_against_matrix", 6, 5, 4, (3,), ())
case("matrix_against_batch", 6, 5, 4, (), (3,))
case("batch_broadcast_both_nt", 6, 5, 4, (2, 1), (1, 3), transposeB=True)
case("batch_against_matrix_tn", 6, 5, 4, (3,), (), transposeA=True)
case("attention_scores", 11, 8, 11, (2, 4), (2, 4), transposeB=True)

# Zero times infinity and NaN must reach the product.
golden.case("special_values", "matmul", matmul,
            [constant([[0.0, 1.0], [float("inf"), 1.0], [float("nan"), 0.0]]),
             constant([[float("inf"), 1.0, 0.0], [1.0, float("-inf"), 2.0]])],
            gradient=False, transposeA=False, transposeB=False)

for batch, features, outputs in [((1,), 5, 3), ((8,), 33, 17), ((4, 6), 16, 10), ((20,), 24, 10), ((2, 3, 4), 7, 1)]:
    name = "x".join(str(size) for size in batch) + f"_{features}_to_{outputs}"
    golden.case(f"linear_{name}", "linear", F.linear,
                [normal(*batch, features), normal(outputs, features), normal(outputs)])
    golden.case(f"linear_{name}_no_bias", "linear", F.linear, [normal(*batch, features), normal(outputs, features)])

golden.write()
