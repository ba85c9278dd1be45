using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace ComputeCore.Benchmarks;

/// <summary>OpenBLAS as a peer, loaded from the system.</summary>
internal static unsafe partial class OpenBlas
{
    private const string Library = "libopenblas.so.0";
    private const int RowMajor = 101;
    private const int NoTranspose = 111;
    private const int Transposed = 112;

    /// <summary>Loads the library, or throws with the remedy if it is not there.</summary>
    public static void Load()
    {
        // OpenBLAS falls back to its SSE kernels on processors newer than itself: name the AVX-512 ones unless the user names others.
        if (Avx512F.IsSupported && Environment.GetEnvironmentVariable("OPENBLAS_CORETYPE") is null)
            SetEnvironment("OPENBLAS_CORETYPE", "SkylakeX", 1);

        // Its idle threads spin for 2^26 cycles and would hold a core while we are timed; after 2^16 they sleep.
        SetEnvironment("OPENBLAS_THREAD_TIMEOUT", "16", 0);
        if (!NativeLibrary.TryLoad(Library, out _))
        {
            throw new DllNotFoundException(
                $"{Library} was not found. Install it with `apt-get install libopenblas0-pthread` (Debian, Ubuntu).");
        }
    }

    /// <summary>Its version, build options and the kernels it chose.</summary>
    public static string Configuration => Marshal.PtrToStringUTF8(GetConfig()) + ", " + Marshal.PtrToStringUTF8(GetCoreName());

    [LibraryImport(Library, EntryPoint = "openblas_set_num_threads")]
    public static partial void SetThreads(int count);

    public static void Sgemm(
        bool transposeA, bool transposeB, int m, int n, int k, float* a, int lda, float* b, int ldb, float* c, int ldc) =>
        Sgemm(RowMajor, transposeA ? Transposed : NoTranspose, transposeB ? Transposed : NoTranspose, m, n, k, 1, a, lda, b, ldb, 0, c, ldc);

    // The C library's environment: .NET's own copy is not seen by native code.
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport(Library, EntryPoint = "openblas_get_config")]
    private static partial nint GetConfig();

    [LibraryImport(Library, EntryPoint = "openblas_get_corename")]
    private static partial nint GetCoreName();

    [LibraryImport(Library, EntryPoint = "cblas_sgemm")]
    private static partial void Sgemm(
        int order, int transposeA, int transposeB, int m, int n, int k, float alpha, float* a, int lda, float* b, int ldb, float beta, float* c, int ldc);
}
