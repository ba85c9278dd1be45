// Enumerants in use, named as in the SPIR-V specification.
namespace ComputeCore.Kernels.Spirv;

internal enum Capability : uint
{
    Shader = 1,
    Linkage = 5,
    Float64 = 10,
    Int64 = 11,
    Int64Atomics = 12,
    GroupNonUniform = 61,
    GroupNonUniformShuffle = 65,
    GroupNonUniformShuffleRelative = 66,
    StorageBuffer16BitAccess = 4433,
    StorageBuffer8BitAccess = 4448,
}

internal enum StorageClass : uint
{
    Input = 1,
    Workgroup = 4,
    Function = 7,
    PushConstant = 9,
    StorageBuffer = 12,
}

internal enum Decoration : uint
{
    SpecId = 1,
    Block = 2,
    ArrayStride = 6,
    BuiltIn = 11,
    Aliased = 20,
    Binding = 33,
    DescriptorSet = 34,
    Offset = 35,
    LinkageAttributes = 41,
    NoContraction = 42,
}

internal enum BuiltIn : uint
{
    NumWorkgroups = 24,
    WorkgroupSize = 25,
    WorkgroupId = 26,
    LocalInvocationId = 27,
    GlobalInvocationId = 28,
    SubgroupSize = 36,
    SubgroupLocalInvocationId = 41,
}

/// <summary>Who takes part in a barrier, or sees an atomic operation.</summary>
internal enum Scope : uint
{
    Device = 1,
    Workgroup = 2,
    Subgroup = 3,
}

/// <summary>What a barrier or an atomic operation orders.</summary>
[Flags]
internal enum MemorySemantics : uint
{
    None = 0,
    AcquireRelease = 0x8,
    UniformMemory = 0x40,
    WorkgroupMemory = 0x100,
}

/// <summary>Functions of the extended instruction set <c>GLSL.std.450</c>.</summary>
internal enum Glsl : uint
{
    RoundEven = 2,
    Trunc = 3,
    FAbs = 4,
    SAbs = 5,
    FSign = 6,
    SSign = 7,
    Floor = 8,
    Ceil = 9,
    Sin = 13,
    Cos = 14,
    Tan = 15,
    Asin = 16,
    Acos = 17,
    Atan = 18,
    Sinh = 19,
    Cosh = 20,
    Tanh = 21,
    Asinh = 22,
    Acosh = 23,
    Atanh = 24,
    Atan2 = 25,
    Pow = 26,
    Exp = 27,
    Log = 28,
    Exp2 = 29,
    Log2 = 30,
    Sqrt = 31,
    InverseSqrt = 32,
    UMin = 38,
    SMin = 39,
    UMax = 41,
    SMax = 42,
    Fma = 50,
    PackHalf2x16 = 58,
    UnpackHalf2x16 = 62,
    FindILsb = 73,
    FindUMsb = 75,
}
