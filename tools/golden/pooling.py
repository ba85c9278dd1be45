"""Pooling of [N, C, H, W]. The maxima's indices count within one plane of H * W elements."""
import torch.nn.functional as F

from golden import Golden, constant, distinct, normal

golden = Golden("pooling")


def max_pool2d(image, **attributes):
    return F.max_pool2d(image, **attributes, return_indices=True)


def adaptive_max_pool2d(image, output_size):
    return F.adaptive_max_pool2d(image, output_size, return_indices=True)


def max_case(name, image, kernel, stride=None, padding=(0, 0), dilation=(1, 1), ceil_mode=False):
    golden.case(f"max_{name}", "max_pool2d", max_pool2d, [distinct(*image)], kernel_size=list(kernel),
                stride=list(stride or kernel), padding=list(padding), dilation=list(dilation), ceil_mode=ceil_mode)


def average_case(name, image, kernel, stride=None, padding=(0, 0), ceil_mode=False, count_include_pad=True):
    golden.case(f"avg_{name}", "avg_pool2d", F.avg_pool2d, [normal(*image)], kernel_size=list(kernel),
                stride=list(stride or kernel), padding=list(padding), ceil_mode=ceil_mode,
                count_include_pad=count_include_pad)


for case in (max_case, average_case):
    case("2x2", (2, 3, 8, 8), (2, 2))
    case("2x2_batch1_one_channel", (1, 1, 4, 4), (2, 2))
    case("2x2_odd_image", (2, 3, 7, 9), (2, 2))
    case("2x2_odd_image_ceil", (2, 3, 7, 9), (2, 2), ceil_mode=True)
    case("2x2_stride1", (2, 2, 5, 6), (2, 2), stride=(1, 1))
    case("3x3_stride2", (2, 3, 9, 9), (3, 3), stride=(2, 2))
    case("3x3_stride2_padding1", (2, 3, 9, 8), (3, 3), stride=(2, 2), padding=(1, 1))
    case("3x3_stride2_padding1_ceil", (2, 3, 9, 8), (3, 3), stride=(2, 2), padding=(1, 1), ceil_mode=True)
    case("3x3_stride2_ceil", (2, 3, 8, 8), (3, 3), stride=(2, 2), ceil_mode=True)
    case("3x3_stride1_padding1", (1, 4, 6, 6), (3, 3), stride=(1, 1), padding=(1, 1))
    case("3x2_stride2x1_padding1x0", (2, 2, 7, 8), (3, 2), stride=(2, 1), padding=(1, 0))
    case("1x1_stride2", (1, 3, 6, 6), (1, 1), stride=(2, 2))
    case("2x2_stride3_skips_pixels", (1, 2, 9, 9), (2, 2), stride=(3, 3))
    # The last window would start in the padding, and PyTorch drops it.
    case("2x2_stride3_padding1_ceil", (1, 2, 6, 6), (2, 2), stride=(3, 3), padding=(1, 1), ceil_mode=True)
    case("window_is_image", (2, 5, 4, 6), (4, 6))
    case("wide_image", (1, 2, 4, 67), (2, 2))

max_case("3x3_dilation2", (2, 3, 9, 9), (3, 3), stride=(1, 1), dilation=(2, 2))
max_case("3x3_dilation2_stride2_padding1", (2, 2, 9, 10), (3, 3), stride=(2, 2), padding=(1, 1), dilation=(2, 2))
max_case("2x3_dilation3x1_ceil", (1, 2, 9, 10), (2, 3), stride=(2, 2), dilation=(3, 1), ceil_mode=True)

ATTRIBUTES = dict(kernel_size=[2, 2], stride=[2, 2], padding=[0, 0], dilation=[1, 1], ceil_mode=False)
infinity, nan = float("inf"), float("nan")
golden.case("max_ties_take_the_first", "max_pool2d", max_pool2d,
            [constant([[[[0.0, 0.0, 3.0, 1.0], [0.0, 0.0, 1.0, 3.0]]]])], **ATTRIBUTES)
golden.case("max_special_values", "max_pool2d", max_pool2d,
            [constant([[[[nan, 1.0, -infinity, -infinity, infinity, 1.0],
                         [2.0, 3.0, -infinity, -infinity, 1.0, nan]]]])], gradient=False, **ATTRIBUTES)

average_case("3x3_stride2_padding1_excluded", (2, 3, 9, 8), (3, 3), stride=(2, 2), padding=(1, 1),
             count_include_pad=False)
average_case("3x3_stride2_padding1_ceil_excluded", (2, 3, 9, 8), (3, 3), stride=(2, 2), padding=(1, 1),
             ceil_mode=True, count_include_pad=False)
average_case("3x3_stride1_padding1_excluded", (1, 4, 6, 6), (3, 3), stride=(1, 1), padding=(1, 1),
             count_include_pad=False)
average_case("3x2_stride2x1_padding1x0_excluded", (2, 2, 7, 8), (3, 2), stride=(2, 1), padding=(1, 0),
             count_include_pad=False)

for image, size in [((2, 3, 8, 8), (1, 1)), ((2, 3, 8, 8), (4, 4)), ((2, 3, 7, 9), (1, 1)), ((2, 3, 7, 9), (3, 4)),
                    ((1, 2, 10, 5), (7, 2)), ((1, 2, 5, 5), (5, 5)), ((1, 2, 3, 3), (5, 7)), ((2, 16, 1, 1), (1, 1))]:
    name = f"{image[2]}x{image[3]}_to_{size[0]}x{size[1]}_{image[1]}_channels"
    golden.case(f"adaptive_avg_{name}", "adaptive_avg_pool2d", F.adaptive_avg_pool2d, [normal(*image)],
                output_size=list(size))
    golden.case(f"adaptive_max_{name}", "adaptive_max_pool2d", adaptive_max_pool2d, [distinct(*image)],
                output_size=list(size))

golden.write()
