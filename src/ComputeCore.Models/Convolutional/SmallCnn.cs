using ComputeCore.Nn;

namespace ComputeCore.Models;

/// <summary>
/// The reference CNN for images of 28 x 28 pixels: two blocks of 3x3 convolution, relu and 2x2 max pooling (32 and 64
/// channels), then linear layers 3136 → 128 → 10. 421,642 parameters, named as those of the same <c>nn.Sequential</c> in
/// PyTorch: <c>0.weight</c>, <c>3.weight</c>, <c>7.weight</c>, <c>9.weight</c>.
/// </summary>
public static class SmallCnn
{
    /// <summary>Makes the model: from images f32 [N, 1, 28, 28] in [0, 1] to logits f32 [N, 10].</summary>
    /// <param name="random">Where the initial weights come from.</param>
    public static Sequential Create(RandomGenerator random) => new(
        new Conv2d(1, 32, 3, random) { Padding = 1 },
        new Relu(),
        new MaxPool2d(2),
        new Conv2d(32, 64, 3, random) { Padding = 1 },
        new Relu(),
        new MaxPool2d(2),
        new Flatten(),
        new Linear(64 * 7 * 7, 128, random),
        new Relu(),
        new Linear(128, 10, random));
}
