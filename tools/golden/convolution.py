"""Two-dimensional convolutions: inputs are the image [N, C, H, W], the weight [K, C / groups, R, S], the bias [K]."""
import torch.nn.functional as F

from golden import Golden, normal

golden = Golden("convolution")


def case(name, image, filters, kernel, stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1, bias=True):
    inputs = [normal(*image), normal(filters, image[1] // groups, *kernel)] + ([normal(filters)] if bias else [])
    golden.case(name, "conv2d", F.conv2d, inputs,
                stride=list(stride), padding=list(padding), dilation=list(dilation), groups=groups)


case("1x1", (2, 5, 6, 7), 4, (1, 1))
case("1x1_no_bias", (2, 5, 6, 7), 4, (1, 1), bias=False)
case("1x1_batch1", (1, 11, 4, 4), 33, (1, 1))
case("1x1_stride2", (2, 6, 7, 8), 5, (1, 1), stride=(2, 2))
case("1x1_padding1", (1, 3, 4, 4), 2, (1, 1), padding=(1, 1))
case("1x1_groups2", (2, 6, 5, 5), 4, (1, 1), groups=2)
case("1x1_one_pixel", (3, 8, 1, 1), 5, (1, 1))

case("3x3", (2, 3, 6, 7), 4, (3, 3))
case("3x3_no_bias", (2, 3, 6, 7), 4, (3, 3), bias=False)
case("3x3_same", (2, 4, 6, 6), 5, (3, 3), padding=(1, 1))
case("3x3_same_no_bias", (2, 4, 6, 6), 5, (3, 3), padding=(1, 1), bias=False)
case("3x3_same_batch1", (1, 4, 9, 7), 6, (3, 3), padding=(1, 1))
case("3x3_same_one_channel", (3, 1, 7, 7), 4, (3, 3), padding=(1, 1))
case("3x3_same_one_filter", (2, 5, 6, 6), 1, (3, 3), padding=(1, 1))
case("3x3_same_9_to_17", (1, 9, 6, 6), 17, (3, 3), padding=(1, 1))
case("3x3_same_wide", (1, 2, 3, 37), 3, (3, 3), padding=(1, 1))
case("3x3_same_tall", (1, 2, 37, 3), 3, (3, 3), padding=(1, 1))
case("3x3_full_padding", (2, 2, 5, 5), 3, (3, 3), padding=(2, 2))
case("3x3_padding_over_kernel", (1, 2, 4, 4), 3, (3, 3), padding=(4, 3))
case("3x3_stride2", (2, 3, 7, 7), 4, (3, 3), stride=(2, 2))
case("3x3_stride2_same", (2, 3, 6, 6), 4, (3, 3), stride=(2, 2), padding=(1, 1))
case("3x3_stride2_same_odd", (2, 3, 7, 5), 4, (3, 3), stride=(2, 2), padding=(1, 1))
case("3x3_stride2x1", (2, 3, 6, 6), 4, (3, 3), stride=(2, 1), padding=(1, 1))
case("3x3_stride1x2", (2, 3, 6, 6), 4, (3, 3), stride=(1, 2), padding=(1, 0))
case("3x3_stride3", (1, 3, 11, 11), 4, (3, 3), stride=(3, 3))
case("3x3_stride4_skips_pixels", (1, 2, 12, 12), 3, (3, 3), stride=(4, 4), padding=(1, 1))
case("3x3_dilation2", (2, 3, 9, 9), 4, (3, 3), dilation=(2, 2))
case("3x3_dilation2_same", (2, 3, 6, 6), 4, (3, 3), padding=(2, 2), dilation=(2, 2))
case("3x3_dilation2x3", (1, 3, 10, 11), 4, (3, 3), padding=(1, 2), dilation=(2, 3))
case("3x3_dilation2_stride2", (2, 3, 11, 10), 4, (3, 3), stride=(2, 2), padding=(2, 2), dilation=(2, 2))
case("3x3_groups2", (2, 4, 7, 7), 6, (3, 3), padding=(1, 1), groups=2)
case("3x3_groups3_stride2", (2, 6, 8, 8), 9, (3, 3), stride=(2, 2), padding=(1, 1), groups=3)
case("3x3_groups2_no_bias", (1, 8, 6, 6), 4, (3, 3), groups=2, bias=False)
case("3x3_window_is_image", (4, 3, 3, 3), 5, (3, 3))

case("depthwise_3x3", (2, 5, 7, 6), 5, (3, 3), padding=(1, 1), groups=5)
case("depthwise_3x3_no_bias", (2, 5, 7, 6), 5, (3, 3), padding=(1, 1), groups=5, bias=False)
case("depthwise_3x3_stride2", (2, 5, 9, 9), 5, (3, 3), stride=(2, 2), padding=(1, 1), groups=5)
case("depthwise_3x3_multiplier2", (2, 4, 7, 7), 8, (3, 3), padding=(1, 1), groups=4)
case("depthwise_3x3_multiplier3_stride2", (1, 3, 8, 8), 9, (3, 3), stride=(2, 2), padding=(1, 1), groups=3)
case("depthwise_3x3_dilation2", (1, 4, 9, 9), 4, (3, 3), padding=(2, 2), dilation=(2, 2), groups=4)
case("depthwise_5x5", (1, 4, 9, 9), 4, (5, 5), padding=(2, 2), groups=4)
case("depthwise_7x7", (1, 3, 9, 9), 3, (7, 7), padding=(3, 3), groups=3)
case("depthwise_3x3_19_channels", (1, 19, 5, 5), 19, (3, 3), padding=(1, 1), groups=19)

case("2x2_stride2", (2, 3, 8, 8), 4, (2, 2), stride=(2, 2))
case("4x4_stride4_patches", (2, 3, 12, 12), 5, (4, 4), stride=(4, 4))
case("5x5", (2, 2, 9, 9), 3, (5, 5))
case("5x5_same", (2, 3, 8, 8), 4, (5, 5), padding=(2, 2))
case("5x5_stride2", (1, 3, 11, 11), 4, (5, 5), stride=(2, 2), padding=(2, 2))
case("5x5_larger_than_image", (2, 2, 3, 3), 3, (5, 5), padding=(2, 2))
case("7x7_stride2", (1, 3, 14, 14), 3, (7, 7), stride=(2, 2), padding=(3, 3))
case("7x7_stride2_no_bias", (2, 2, 13, 11), 3, (7, 7), stride=(2, 2), padding=(3, 3), bias=False)
case("1x3", (2, 3, 6, 8), 4, (1, 3), padding=(0, 1))
case("3x1", (2, 3, 6, 8), 4, (3, 1), padding=(1, 0))
case("1x7_wide_image", (1, 4, 3, 25), 4, (1, 7), padding=(0, 3))
case("2x5_stride2x3_padding1x2_dilation3x1", (2, 3, 12, 13), 4, (2, 5), stride=(2, 3), padding=(1, 2), dilation=(3, 1))
case("3x3_same_deep", (1, 30, 4, 4), 6, (3, 3), padding=(1, 1))
case("3x3_same_lenet", (2, 1, 12, 12), 6, (3, 3), padding=(1, 1))

golden.write()
