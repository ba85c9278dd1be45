namespace ComputeCore.Kernels.Gemm;

/// <summary>A tiled matrix product: its kernel, and how it is launched.</summary>
/// <param name="Name">The tile's size.</param>
/// <param name="Rows">Rows of a tile.</param>
/// <param name="Columns">Columns of a tile.</param>
/// <param name="Group">Work-items of a group.</param>
/// <param name="Kernel">The kernel's launch method.</param>
internal sealed record GemmVariant(
    string Name,
    int Rows,
    int Columns,
    Extent Group,
    Func<Extent, Extent, DeviceView<float>, DeviceView<float>, DeviceView<float>, DeviceView<float>, GemmArguments, KernelDispatch> Kernel)
{
    /// <summary>Depths of a part, where a product is split, are a multiple of this.</summary>
    public const int DepthStep = 16;

    private const int FewGroups = 8;

    /// <summary>All tiled kernels, the one that suits most devices and shapes first.</summary>
    public static IReadOnlyList<GemmVariant> All { get; } =
    [
        new("64x64", 64, 64, new(8, 8), Sgemm.Dispatch.Tiled64x64),
        new("32x32", 32, 32, new(8, 8), Sgemm.Dispatch.Tiled32x32),
        new("128x64", 128, 64, new(8, 16), Sgemm.Dispatch.Tiled128x64),
        new("128x128", 128, 128, new(16, 16), Sgemm.Dispatch.Tiled128x128),
    ];

    /// <summary>All tiled kernels, small tiles first where larger ones would leave most of a device idle.</summary>
    public static IEnumerable<GemmVariant> InOrder(int rows, int columns, int batch) =>
        All[0].Groups(rows, columns, batch) >= FewGroups ? All : All.OrderBy(variant => variant.Rows * variant.Columns);

    /// <summary>The groups that a product keeps busy, before its depth is split.</summary>
    public long Groups(int rows, int columns, int batch) => (long)Extent.Cover(rows, Rows) * Extent.Cover(columns, Columns) * batch;

    /// <summary>The launch for a batch of products.</summary>
    public KernelDispatch Dispatch(
        DeviceView<float> left, DeviceView<float> right, DeviceView<float> bias, DeviceView<float> result, GemmArguments arguments, int batch) => Kernel(
        new(Extent.Cover(arguments.Columns, Columns), Extent.Cover(arguments.Rows, Rows), batch * arguments.Splits), Group, left, right, bias, result, arguments);
}
