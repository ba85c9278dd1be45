using ComputeCore.Kernels;

namespace ComputeCore.Accelerators.Lowerings;

/// <summary>Tensors of any element type as kernels take them.</summary>
internal static class Elements
{
    /// <summary>The type that kernels compute with for an element type.</summary>
    public static Type Of(ElementType type) => type switch
    {
        ElementType.Float32 => typeof(float),
        ElementType.Int32 => typeof(int),
        ElementType.Int64 => typeof(long),
        ElementType.UInt8 => typeof(byte),
        ElementType.Bool => typeof(bool),
        _ => throw new NotSupportedException($"Accelerators do not compute in {type.ShortName()}."),
    };

    /// <summary>An input of an element type.</summary>
    public static KernelArgument Input(AcceleratorArguments arguments, int index, ElementType type) => type.SizeInBytes() switch
    {
        1 => KernelArgument.View(arguments.Input<byte>(index)),
        4 => KernelArgument.View(arguments.Input<int>(index)),
        _ => KernelArgument.View(arguments.Input<long>(index)),
    };

    /// <summary>A result of an element type.</summary>
    public static KernelArgument Output(AcceleratorArguments arguments, int index, ElementType type) => type.SizeInBytes() switch
    {
        1 => KernelArgument.View(arguments.Output<byte>(index)),
        4 => KernelArgument.View(arguments.Output<int>(index)),
        _ => KernelArgument.View(arguments.Output<long>(index)),
    };
}
