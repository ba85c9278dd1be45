using ComputeCore.Kernels.Compiler.Types;
using ComputeCore.Kernels.Spirv;

namespace ComputeCore.Kernels.Compiler.Values;

/// <summary>Memory that can be read and written: a variable, or a part of one.</summary>
/// <param name="Variable">The variable or parameter.</param>
/// <param name="Storage">Where it is.</param>
/// <param name="Indices">The way from the variable to the part.</param>
/// <param name="Type">The part's type.</param>
/// <param name="Alignment">In a buffer, what the part's address is a multiple of; 0 where values have the form of registers.</param>
internal sealed record Place(uint Variable, StorageClass Storage, IReadOnlyList<uint> Indices, DeviceType Type, int Alignment = 0);
