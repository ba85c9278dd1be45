// Convolution for processors (see PanelProduct): 8 channels by 16 pixels of a row per work-item over the whole depth, without a barrier
// and without a test in the loop. The images were first copied into frames of zeros, so wide that the sixteen pixels' taps lie in their
// row; then every element's place is the sum of an offset of its pixel and one of its tap, as in Dukhan, "The Indirect Convolution
// Algorithm" (arXiv:1907.02129), with sums in place of a table of pointers. The data's gradient reads the output's gradient with
// zeros between its pixels where the convolution has a stride, so that it is a convolution of stride 1 with turned taps, and has the
// same kernel.
//   Pad              images [planes, H, W] into frames [planes, H', W']
//   Product          y or dx; the weights are packed into panels of 8 channels
//   ProductStrided   y where the convolution has a stride along the rows
//   Turn             dy [K, P Q] into panels of 16 channels, pixel by pixel
//   Weights          dw, or its parts: 8 taps by 16 channels per work-item, over the pixels of some images
//   Gather           adds up the parts, in order
// FLOPs 2 N K P Q R S C / groups, but with Q rounded up to 16 (the data's gradient: W, and a stride's square as many); bytes beside
// those of the operands: frames and panels, written once.
using ComputeCore.Kernels.Gemm;
using ILGPU;

namespace ComputeCore.Kernels.Convolution;

/// <summary>Convolutions and their gradients over frames and panels.</summary>
internal static partial class PanelConvolution
{
    /// <summary>Copies images into frames of zeros; the grid is columns by rows by planes of the frames.</summary>
    [Kernel]
    public static void Pad(ArrayView<float> images, ArrayView<float> frames, Frame frame)
    {
        var frameColumn = Grid.IdxX * Group.DimX + Group.IdxX;
        var frameRow = Grid.IdxY * Group.DimY + Group.IdxY;
        if (frameColumn >= frame.FrameWidth || frameRow >= frame.FrameHeight)
            return;
        var y = frameRow - frame.Top;
        var x = frameColumn - frame.Left;
        var row = Place.Divide(y, frame.StepY, frame.StepYInverse);
        var column = Place.Divide(x, frame.StepX, frame.StepXInverse);
        var inside = y >= 0 && x >= 0 && row < frame.Height && column < frame.Width && row * frame.StepY == y && column * frame.StepX == x;
        frames[(Grid.IdxZ * frame.FrameHeight + frameRow) * frame.FrameWidth + frameColumn] =
            Matrix.Element(images, (Grid.IdxZ * frame.Height + row) * frame.Width + column, inside);
    }

    /// <summary>y or dx; the grid is sixteens of pixels, row by row, by panels of channels by images times groups of channels.</summary>
    [Kernel]
    public static void Product(ArrayView<float> panels, ArrayView<float> frames, ArrayView<float> bias, ArrayView<float> y, ConvolutionArguments arguments, int groups) =>
        Run<NeighbouringPixels>(panels, frames, bias, y, arguments, groups);

    /// <summary>y of a convolution with a stride along the rows; the grid is as that of <see cref="Product"/>.</summary>
    [Kernel]
    public static void ProductStrided(ArrayView<float> panels, ArrayView<float> frames, ArrayView<float> bias, ArrayView<float> y, ConvolutionArguments arguments, int groups) =>
        Run<StridedPixels>(panels, frames, bias, y, arguments, groups);

    /// <summary>Turns dy into panels of 16 channels; the grid is pixels by panels by images times groups of channels.</summary>
    /// <param name="dy">[images · groups, rows, pixels].</param>
    /// <param name="turned">[images · groups, panels, pixels, 16]; what lies beyond the rows is zero.</param>
    /// <param name="rows">Channels of a group.</param>
    /// <param name="pixels">Pixels of a plane.</param>
    [Kernel]
    public static void Turn(ArrayView<float> dy, ArrayView<float> turned, int rows, int pixels)
    {
        var pixel = Grid.IdxX * Group.DimX + Group.IdxX;
        if (pixel >= pixels)
            return;
        var row = Grid.IdxY * PanelSums.Columns;
        var at = (Grid.IdxZ * rows + row) * pixels + pixel;
        var values = rows - row >= PanelSums.Columns ? Float16.Gather(dy, at, pixels) : Float16.Gather(dy, at, pixels, rows - row);
        values.Store(turned, ((Grid.IdxZ * Grid.DimY + Grid.IdxY) * pixels + pixel) * PanelSums.Columns);
    }

    /// <summary>
    /// Sums of dy times x; the grid is eights of taps by panels of channels by groups of channels times parts of the images.
    /// </summary>
    /// <param name="turned">dy by <see cref="Turn"/>.</param>
    /// <param name="frames">x by <see cref="Pad"/>.</param>
    /// <param name="sums">[parts, groups, panels, taps as whole eights, 16].</param>
    /// <param name="arguments">Those of the weights' gradient; a part's depth is the pixels of some images, the last's maybe of fewer.</param>
    /// <param name="groups">Groups of channels.</param>
    [Kernel]
    public static void Weights(ArrayView<float> turned, ArrayView<float> frames, ArrayView<float> sums, ConvolutionArguments arguments, int groups)
    {
        var tap = (Grid.IdxX * Group.DimX + Group.IdxX) * PanelSums.Rows;
        var panel = Grid.IdxY * Group.DimY + Group.IdxY;
        var panels = (arguments.Rows + PanelSums.Columns - 1) / PanelSums.Columns;
        if (tap >= arguments.Columns || panel >= panels)
            return;
        var part = Grid.IdxZ / groups;
        var group = Grid.IdxZ - part * groups;
        var offsets = EightOffsets.OfTaps(arguments, tap);
        var images = arguments.Depth / arguments.PlaneSize;
        var partImages = arguments.SplitDepth / arguments.PlaneSize;
        var begin = part * partImages;
        var end = begin + partImages < images ? begin + partImages : images;
        PanelSums sum = default;
        for (var image = begin; image < end; image++)
        {
            var y = ((image * groups + group) * panels + panel) * arguments.PlaneSize * PanelSums.Columns;
            var line = image * arguments.ImageBatch + group * arguments.ImageGroup;
            for (var row = 0; row < arguments.PlaneSize; row += arguments.PlaneWidth)
            {
                var x = line;
                for (var column = 0; column < arguments.PlaneWidth; column++)
                {
                    var gradient = Float16.Load(turned, y);
                    sum.Row0 = Float16.MultiplyAdd(frames[x + offsets.A], gradient, sum.Row0);
                    sum.Row1 = Float16.MultiplyAdd(frames[x + offsets.B], gradient, sum.Row1);
                    sum.Row2 = Float16.MultiplyAdd(frames[x + offsets.C], gradient, sum.Row2);
                    sum.Row3 = Float16.MultiplyAdd(frames[x + offsets.D], gradient, sum.Row3);
                    sum.Row4 = Float16.MultiplyAdd(frames[x + offsets.E], gradient, sum.Row4);
                    sum.Row5 = Float16.MultiplyAdd(frames[x + offsets.F], gradient, sum.Row5);
                    sum.Row6 = Float16.MultiplyAdd(frames[x + offsets.G], gradient, sum.Row6);
                    sum.Row7 = Float16.MultiplyAdd(frames[x + offsets.H], gradient, sum.Row7);
                    x += arguments.StrideX;
                    y += PanelSums.Columns;
                }

                line += arguments.StrideY * arguments.ImageWidth;
            }
        }

        var eights = (arguments.Columns + PanelSums.Rows - 1) / PanelSums.Rows;
        var at = ((Grid.IdxZ * panels + panel) * eights * PanelSums.Rows + tap) * PanelSums.Columns;
        sum.Row0.Store(sums, at);
        sum.Row1.Store(sums, at + PanelSums.Columns);
        sum.Row2.Store(sums, at + 2 * PanelSums.Columns);
        sum.Row3.Store(sums, at + 3 * PanelSums.Columns);
        sum.Row4.Store(sums, at + 4 * PanelSums.Columns);
        sum.Row5.Store(sums, at + 5 * PanelSums.Columns);
        sum.Row6.Store(sums, at + 6 * PanelSums.Columns);
        sum.Row7.Store(sums, at + 7 * PanelSums.Columns);
    }

    /// <summary>dw from its parts; a work-item per element.</summary>
    [Kernel]
    public static void Gather(ArrayView<float> sums, ArrayView<float> dw, int rows, int columns, int parts, int partSize, int count)
    {
        var i = FlatIndex.Get();
        if (i >= count)
            return;
        var line = i / columns;
        var group = line / rows;
        var row = line - group * rows;
        var panels = (rows + PanelSums.Columns - 1) / PanelSums.Columns;
        var eights = (columns + PanelSums.Rows - 1) / PanelSums.Rows;
        var at = ((group * panels + row / PanelSums.Columns) * eights * PanelSums.Rows + i - line * columns) * PanelSums.Columns + row % PanelSums.Columns;
        var sum = 0f;
        for (var part = 0; part < parts; part++)
            sum += sums[at + part * partSize];
        dw[i] = sum;
    }

    private static void Run<TPixels>(ArrayView<float> panels, ArrayView<float> frames, ArrayView<float> bias, ArrayView<float> y, ConvolutionArguments arguments, int groups)
        where TPixels : struct, IPixels
    {
        var segment = Grid.IdxX * Group.DimX + Group.IdxX;
        var panel = Grid.IdxY * Group.DimY + Group.IdxY;
        var image = Grid.IdxZ / groups;
        var group = Grid.IdxZ - image * groups;
        var segments = (arguments.PlaneWidth + Float16.Count - 1) / Float16.Count;
        var line = segment / segments;
        var column = (segment - line * segments) * Float16.Count;
        var row = panel * PanelSums.Rows;
        if (line * arguments.PlaneWidth >= arguments.PlaneSize || row >= arguments.Rows)
            return;

        var x = image * arguments.ImageBatch + group * arguments.ImageGroup
            + (line * arguments.StrideY + arguments.OriginY) * arguments.ImageWidth + column * arguments.StrideX + arguments.OriginX;
        var weights = (group * ((arguments.Rows + PanelSums.Rows - 1) / PanelSums.Rows) + panel) * arguments.Depth * PanelSums.Rows;
        var end = weights + arguments.Depth * PanelSums.Rows;
        PanelSums sums = default;
        while (weights < end)
        {
            var tapRow = x;
            for (var r = 0; r < arguments.Taps; r += arguments.KernelWidth)
            {
                var tap = tapRow;
                for (var s = 0; s < arguments.KernelWidth; s++)
                {
                    sums = PanelSums.Step(sums, panels, weights, default(TPixels).Load(frames, tap, arguments.StrideX));
                    weights += PanelSums.Rows;
                    tap += arguments.TapX;
                }

                tapRow += arguments.TapY * arguments.ImageWidth;
            }

            x += arguments.ImageChannel;
        }

        var channel = group * arguments.Rows + row;
        var at = image * arguments.Batch + channel * arguments.PlaneSize + line * arguments.PlaneWidth + column;
        var count = arguments.PlaneWidth - column;
        var rows = arguments.Rows - row;
        Store(y, at, count, sums.Row0, bias, channel, arguments);
        if (rows > 1)
            Store(y, at + arguments.PlaneSize, count, sums.Row1, bias, channel + 1, arguments);
        if (rows > 2)
            Store(y, at + 2 * arguments.PlaneSize, count, sums.Row2, bias, channel + 2, arguments);
        if (rows > 3)
            Store(y, at + 3 * arguments.PlaneSize, count, sums.Row3, bias, channel + 3, arguments);
        if (rows > 4)
            Store(y, at + 4 * arguments.PlaneSize, count, sums.Row4, bias, channel + 4, arguments);
        if (rows > 5)
            Store(y, at + 5 * arguments.PlaneSize, count, sums.Row5, bias, channel + 5, arguments);
        if (rows > 6)
            Store(y, at + 6 * arguments.PlaneSize, count, sums.Row6, bias, channel + 6, arguments);
        if (rows > 7)
            Store(y, at + 7 * arguments.PlaneSize, count, sums.Row7, bias, channel + 7, arguments);
    }

    private static void Store(ArrayView<float> y, int at, int count, Float16 sums, ArrayView<float> bias, int channel, ConvolutionArguments arguments) =>
        Epilogue.Apply(sums, Float16.All(Matrix.Element(bias, channel, arguments.HasBias != 0)), arguments.Activation).Store(y, at, count);

    /// <summary>How the sixteen pixels of a work-item lie under a tap.</summary>
    private interface IPixels
    {
        Float16 Load(ArrayView<float> frames, int at, int step);
    }

    private struct NeighbouringPixels : IPixels
    {
        public readonly Float16 Load(ArrayView<float> frames, int at, int step) => Float16.Load(frames, at);
    }

    private struct StridedPixels : IPixels
    {
        public readonly Float16 Load(ArrayView<float> frames, int at, int step) => Float16.Gather(frames, at, step);
    }

    /// <summary>The offsets of eight neighbouring taps of all channels; those that do not exist have the first one's.</summary>
    private struct EightOffsets
    {
        public int A;
        public int B;
        public int C;
        public int D;
        public int E;
        public int F;
        public int G;
        public int H;

        public static EightOffsets OfTaps(ConvolutionArguments arguments, int tap)
        {
            EightOffsets offsets;
            offsets.A = OfTap(arguments, tap);
            offsets.B = OfTap(arguments, tap + 1);
            offsets.C = OfTap(arguments, tap + 2);
            offsets.D = OfTap(arguments, tap + 3);
            offsets.E = OfTap(arguments, tap + 4);
            offsets.F = OfTap(arguments, tap + 5);
            offsets.G = OfTap(arguments, tap + 6);
            offsets.H = OfTap(arguments, tap + 7);
            return offsets;
        }

        private static int OfTap(ConvolutionArguments arguments, int tap)
        {
            var place = Place.OfTap(arguments, tap < arguments.Columns ? tap : 0);
            return place.Base + place.Row * arguments.ImageWidth + place.Column;
        }
    }
}
