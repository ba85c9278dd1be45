using ComputeCore.Kernels;
using ComputeCore.Kernels.RandomNumbers;
using ComputeCore.Operations;

namespace ComputeCore.Accelerators.Lowerings;

/// <summary>Random numbers.</summary>
internal static class RandomLowerings
{
    public static void AddTo(LoweringTable table) => table.Add<DropoutMask>((mask, context) =>
    {
        var count = checked((int)context.Outputs[0].Shape.ElementCount);
        return new AcceleratorKernel(arguments => [PhiloxKernels.Dispatch.DropoutMask(
            FlatIndex.GridFor(Extent.Cover(count, PhiloxKernels.ElementsOfItem)), FlatIndex.GroupSize, arguments.Input<long>(0), arguments.Output<float>(0),
            mask.Stream, mask.Dropped, mask.Scale, count)]);
    });
}
