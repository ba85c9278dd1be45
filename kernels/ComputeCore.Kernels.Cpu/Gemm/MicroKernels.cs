using System.Runtime.Intrinsics.X86;

namespace ComputeCore.Kernels.Cpu.Gemm;

/// <summary>The micro-kernel for the machine: the one place that knows which instruction set has which.</summary>
internal static class MicroKernels
{
    /// <summary>Rows of its tile, the width in which left operands are packed.</summary>
    public static int MR =>
        Avx512F.IsSupported ? Avx512MicroKernel.MR : Fma.IsSupported ? Avx2MicroKernel.MR : PortableMicroKernel.MR;

    /// <summary>Columns of its tile, the width in which right operands are packed.</summary>
    public static int NR =>
        Avx512F.IsSupported ? Avx512MicroKernel.NR : Fma.IsSupported ? Avx2MicroKernel.NR : PortableMicroKernel.NR;

    /// <summary>Rows that its tile computes together.</summary>
    public static int RowGroup =>
        Avx512F.IsSupported ? Avx512MicroKernel.RowGroup : Fma.IsSupported ? Avx2MicroKernel.RowGroup : PortableMicroKernel.RowGroup;

    /// <summary>Runs something with it.</summary>
    public static void Run<TUser>(in TUser user)
        where TUser : struct, IMicroKernelUser
    {
        if (Avx512F.IsSupported)
            user.Run<Avx512MicroKernel>();
        else if (Fma.IsSupported)
            user.Run<Avx2MicroKernel>();
        else
            user.Run<PortableMicroKernel>();
    }
}

/// <summary>What runs with any micro-kernel, and holds its arguments.</summary>
internal interface IMicroKernelUser
{
    /// <summary>Runs it.</summary>
    void Run<TKernel>()
        where TKernel : unmanaged, IMicroKernel;
}
