using ComputeCore.Kernels;
using ComputeCore.Kernels.RandomNumbers;
using ComputeCore.Operations;

namespace ComputeCore.Accelerators.Lowerings;

/// <summary>Random numbers.</summary>
internal static class RandomLowerings
{
    public static void AddTo(LoweringTable table) => table.Add<Dropout>((dropout, context) =>
    {
        var count = checked((int)context.Outputs[0].Shape.ElementCount);
        return new AcceleratorKernel(arguments => [PhiloxKernels.Dispatch.Dropout(
            FlatIndex.GridFor(Extent.Cover(count, PhiloxKernels.ElementsOfItem)), FlatIndex.GroupSize, arguments.Input<float>(0), arguments.Input<long>(1), arguments.Output<float>(0),
            dropout.Stream, dropout.Dropped, dropout.Scale, count)]);
    });
}
