"""Moving elements: permutations, concatenation, slices, padding, gather and scatter, embeddings."""
import torch
import torch.nn.functional as F

from golden import Golden, booleans, constant, integers, normal

golden = Golden("indexing")

for shape, dim0, dim1 in [((5, 7), 0, 1), ((2, 3, 4, 5), 1, 3), ((2, 3, 4, 5), 0, 2), ((2, 3, 4, 5), -1, -2),
                          ((17, 33), 0, 1), ((3, 1, 5), 0, 1)]:
    name = "x".join(str(size) for size in shape) + f"_{dim0}_{dim1}".replace("-", "minus")
    golden.case(f"transpose_{name}", "transpose", torch.transpose, [normal(*shape)], dim0=dim0, dim1=dim1)
for shape, dims in [((2, 3, 4), (2, 0, 1)), ((2, 3, 4, 5), (0, 2, 3, 1)), ((2, 3, 4, 5), (0, 3, 1, 2)),
                    ((2, 3, 4, 5), (3, 2, 1, 0)), ((2, 3, 4, 5), (1, 0, 3, 2)), ((2, 3, 4), (0, 1, 2)),
                    ((2, 3, 2, 3, 2), (4, 1, 3, 0, 2)), ((3, 4, 5), (-1, 0, 1))]:
    name = "x".join(str(size) for size in shape) + "_" + "".join(str(d) for d in dims).replace("-1", "minus1_")
    golden.case(f"permute_{name}", "permute", torch.permute, [normal(*shape)], dims=list(dims))
golden.case("permute_i64", "permute", torch.permute, [integers(-9, 9, 2, 3, 4)], gradient=False, dims=[2, 0, 1])
golden.case("permute_bool", "permute", torch.permute, [booleans(2, 3, 5)], gradient=False, dims=[1, 2, 0])


def cat(*tensors, dim):
    return torch.cat(tensors, dim)


for name, shapes, dim in [("rows", [(2, 5), (3, 5)], 0), ("columns", [(4, 2), (4, 3), (4, 1)], 1),
                          ("channels", [(2, 3, 4, 4), (2, 1, 4, 4), (2, 5, 4, 4)], 1),
                          ("last", [(2, 3, 4), (2, 3, 7)], -1), ("vectors", [(3,), (1,), (4,)], 0),
                          ("one_tensor", [(2, 3)], 1), ("empty_part", [(2, 0), (2, 3)], 1)]:
    golden.case(f"cat_{name}", "cat", cat, [normal(*shape) for shape in shapes], dim=dim)
golden.case("cat_i64", "cat", cat, [integers(-9, 9, 2, 3), integers(-9, 9, 2, 2)], gradient=False, dim=1)


def slice_(x, slices):
    return x[tuple(slice(start, stop, step) for start, stop, step in slices)]


# One [start, stop, step] for each dimension; a negative position counts from the end.
for name, shape, slices in [
        ("rows", (7, 5), [[2, 6, 1], [0, 5, 1]]),
        ("columns", (7, 5), [[0, 7, 1], [1, 4, 1]]),
        ("every_second_row", (8, 5), [[0, 8, 2], [0, 5, 1]]),
        ("steps_2x3", (9, 11), [[1, 9, 2], [0, 11, 3]]),
        ("step_beyond_end", (9, 11), [[0, 9, 20], [3, 11, 5]]),
        ("from_the_end", (9, 11), [[-4, -1, 1], [-11, -2, 2]]),
        ("image_patch", (2, 3, 8, 8), [[0, 2, 1], [1, 3, 1], [2, 7, 1], [1, 8, 2]]),
        ("one_element", (4, 5), [[2, 3, 1], [4, 5, 1]]),
        ("vector", (37,), [[5, 33, 3]]),
        ("everything", (3, 4), [[0, 3, 1], [0, 4, 1]]),
        ("nothing", (3, 4), [[1, 1, 1], [0, 4, 1]])]:
    golden.case(f"slice_{name}", "slice", slice_, [normal(*shape)], slices=slices)

# As in PyTorch, `pad` names the amounts before and after from the last dimension on.
for name, shape, pad, value in [("last", (3, 5), [1, 2], 0.0), ("image", (2, 3, 4, 5), [1, 1, 1, 1], 0.0),
                                ("image_uneven", (2, 3, 4, 5), [0, 2, 3, 1], -1.5),
                                ("channels", (2, 3, 4, 5), [0, 0, 0, 0, 1, 2], 0.5),
                                ("every_dimension", (2, 3), [1, 2, 3, 4], 7.0), ("nothing", (2, 3), [0, 0], 1.0)]:
    golden.case(f"pad_{name}", "pad", F.pad, [normal(*shape)], pad=pad, mode="constant", value=value)

for name, shape, dim, index in [("dim0", (5, 4), 0, (3, 4)), ("dim1", (5, 4), 1, (5, 7)),
                                ("dim1_smaller_index", (5, 6, 3), 1, (4, 9, 2)), ("dim2", (2, 3, 7), 2, (2, 3, 4)),
                                ("last", (6, 10), -1, (6, 1)), ("vector", (9,), 0, (20,))]:
    golden.case(f"gather_{name}", "gather", lambda x, indices, dim: torch.gather(x, dim, indices),
                [normal(*shape), integers(0, shape[dim], *index)], dim=dim)

# Inputs: self, index, source. Indices repeat, so that several sources add to one element.
for name, shape, dim, index in [("dim0", (5, 4), 0, (13, 4)), ("dim1", (5, 4), 1, (5, 11)),
                                ("dim1_smaller_index", (5, 6, 3), 1, (4, 9, 2)), ("dim2", (2, 3, 7), 2, (2, 3, 10)),
                                ("last", (6, 10), -1, (6, 1)), ("vector", (4,), 0, (50,))]:
    golden.case(f"scatter_add_{name}", "scatter_add",
                lambda x, indices, source, dim: torch.scatter_add(x, dim, indices, source),
                [normal(*shape), integers(0, shape[dim], *index), normal(*index)], dim=dim)

for name, shape, dim, count in [("rows", (7, 5), 0, 10), ("columns", (7, 5), 1, 3), ("channels", (2, 6, 3, 3), 1, 4),
                                ("last", (2, 3, 9), -1, 12), ("vector", (8,), 0, 1)]:
    golden.case(f"index_select_{name}", "index_select", lambda x, indices, dim: torch.index_select(x, dim, indices),
                [normal(*shape), integers(0, shape[dim], count)], dim=dim)
golden.case("index_select_i32_indices", "index_select", lambda x, indices, dim: torch.index_select(x, dim, indices),
            [normal(7, 5), integers(0, 7, 6, dtype=torch.int32)], dim=0)

golden.case("one_hot", "one_hot", F.one_hot, [integers(0, 10, 8)], gradient=False, num_classes=10)
golden.case("one_hot_2d", "one_hot", F.one_hot, [integers(0, 4, 3, 5)], gradient=False, num_classes=6)
golden.case("one_hot_one_class", "one_hot", F.one_hot, [constant([0, 0, 0], torch.int64)], gradient=False,
            num_classes=1)


# Inputs: indices, weight. The row `padding_idx` gets no gradient.
for name, indices, table, padding in [("sequence", (7,), (11, 8), None), ("batch", (3, 5), (10, 6), None),
                                      ("repeated", (40,), (3, 5), None), ("padding_idx", (4, 6), (5, 4), 0),
                                      ("one_column", (6,), (9, 1), None)]:
    golden.case(f"embedding_{name}", "embedding", F.embedding, [integers(0, table[0], *indices), normal(*table)],
                padding_idx=padding)

golden.write()
