using ComputeCore.Devices;
using ComputeCore.Kernels;

namespace ComputeCore.Accelerators;

/// <summary>What a kernel may use on a device.</summary>
/// <param name="GroupItems">Work-items in a group.</param>
/// <param name="Group">Work-items in a group along each dimension.</param>
/// <param name="Grid">Groups along each dimension.</param>
/// <param name="SharedBytes">Shared memory of a group.</param>
public sealed record AcceleratorLimits(int GroupItems, Extent Group, Extent Grid, int SharedBytes)
{
    internal void Check(string device, KernelDispatch dispatch)
    {
        if (dispatch.Group.Count > GroupItems || !Fits(dispatch.Group, Group))
            throw new DeviceException($"The kernel {dispatch.Method} is launched with groups of {dispatch.Group} work-items, but the device {device} takes at most {GroupItems}, and at most {Group} along each dimension; launch more and smaller groups.");
        if (!Fits(dispatch.Grid, Grid))
            throw new DeviceException($"The kernel {dispatch.Method} is launched over {dispatch.Grid} groups, but the device {device} takes at most {Grid} along each dimension; give each group more work.");
    }

    private static bool Fits(Extent extent, Extent limit) => extent.X <= limit.X && extent.Y <= limit.Y && extent.Z <= limit.Z;
}
