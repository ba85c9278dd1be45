using ILGPU;

namespace ComputeCore.Kernels.Normalization;

/// <summary>Sums over the work-items of a group, in a tree of fixed shape.</summary>
internal static class GroupSum
{
    /// <summary>Work-items of a group.</summary>
    public const int GroupSize = 64;

    /// <summary>The sum of every work-item's value, for all of them. Every work-item of the group must call.</summary>
    /// <param name="shared"><see cref="GroupSize"/> floats of shared memory; free again afterwards.</param>
    /// <param name="value">The work-item's value.</param>
    public static float Of(ArrayView<float> shared, float value)
    {
        shared[Group.IdxX] = value;
        Group.Barrier();
        for (var half = GroupSize / 2; half > 0; half /= 2)
        {
            if (Group.IdxX < half)
                shared[Group.IdxX] += shared[Group.IdxX + half];
            Group.Barrier();
        }

        var sum = shared[0];
        Group.Barrier();
        return sum;
    }
}
