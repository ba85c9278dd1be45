using System.Runtime.CompilerServices;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Elementwise;

/// <summary>
/// A fused graph of element-wise operations, run tile by tile: all intermediate values of a tile stay in the first-level cache,
/// and memory sees the inputs and outputs once. Made by an <see cref="ElementwiseProgramBuilder"/>.
/// </summary>
internal sealed unsafe class ElementwiseProgram
{
    // Pinned, because workers walk them through pointers.
    private readonly long[] extents;
    private readonly Input[] inputs;
    private readonly Instruction[] instructions;
    private readonly Output[] outputs;
    private readonly int[] bufferOfValue;
    private readonly ElementwiseTiling tiling;
    private readonly int rank;
    private readonly int buffers;

    /// <summary>Takes what the builder has decided.</summary>
    /// <param name="tiling">How the elements are divided.</param>
    /// <param name="extents">The collapsed dimensions.</param>
    /// <param name="inputs">Inputs and constants.</param>
    /// <param name="instructions">Operations in order.</param>
    /// <param name="outputs">Outputs in the order of their arguments.</param>
    /// <param name="bufferOfValue">Each value's tile buffer, or -1 if it lies in an input or an output.</param>
    /// <param name="buffers">Number of tile buffers.</param>
    public ElementwiseProgram(in ElementwiseTiling tiling, ReadOnlySpan<long> extents, ReadOnlySpan<Input> inputs, ReadOnlySpan<Instruction> instructions, ReadOnlySpan<Output> outputs, ReadOnlySpan<int> bufferOfValue, int buffers)
    {
        this.tiling = tiling;
        this.extents = Pin(extents);
        this.inputs = Pin(inputs);
        this.instructions = Pin(instructions);
        this.outputs = Pin(outputs);
        this.bufferOfValue = Pin(bufferOfValue);
        this.buffers = buffers;
        rank = extents.Length;
    }

    /// <summary>How a tile of an input is reached.</summary>
    internal enum InputAccess
    {
        /// <summary>It lies in memory as instructions read it.</summary>
        InPlace,

        /// <summary>It is brought into a buffer for every tile.</summary>
        LoadedPerTile,

        /// <summary>It is the same in every tile, and brought into a buffer once per chunk.</summary>
        LoadedOnce,
    }

    private long BytesPerWorker => (buffers * ElementwiseInterpreter.BufferBytes) + ((bufferOfValue.Length * (long)sizeof(float*)) + 63 & ~63L);

    /// <summary>Bytes of scratch memory for a pool of <paramref name="workers"/>.</summary>
    public long WorkspaceBytes(int workers) => workers * BytesPerWorker;

    /// <summary>
    /// Computes all outputs. An output may be the same memory as a contiguous 32-bit float input, else they must not overlap.
    /// </summary>
    /// <param name="pool">The workers.</param>
    /// <param name="inputs">The inputs, in the order in which they were added; constants take no argument.</param>
    /// <param name="outputs">The outputs, in the order in which they were added.</param>
    /// <param name="workspace"><see cref="WorkspaceBytes"/> bytes, aligned to 64.</param>
    public void Run(WorkerPool pool, void** inputs, void** outputs, byte* workspace)
    {
        pool.For(tiling.Chunks, new ElementwiseInterpreter
        {
            Tiling = tiling,
            Rank = rank,
            Extents = Pointer(extents),
            Inputs = Pointer(this.inputs),
            InputCount = this.inputs.Length,
            Instructions = Pointer(instructions),
            InstructionCount = instructions.Length,
            Outputs = Pointer(this.outputs),
            OutputCount = this.outputs.Length,
            BufferOfValue = Pointer(bufferOfValue),
            ValueCount = bufferOfValue.Length,
            Buffers = buffers,
            InputArguments = (byte**)inputs,
            OutputArguments = (byte**)outputs,
            Workspace = workspace,
            WorkspaceBytesPerWorker = BytesPerWorker,
        });
        GC.KeepAlive(this);
    }

    private static T[] Pin<T>(ReadOnlySpan<T> source)
        where T : unmanaged
    {
        var pinned = GC.AllocateUninitializedArray<T>(source.Length, pinned: true);
        source.CopyTo(pinned);
        return pinned;
    }

    private static T* Pointer<T>(T[] pinned)
        where T : unmanaged => (T*)Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(pinned));

    /// <summary>One operation: a tile loop, its values and parameters.</summary>
    internal struct Instruction
    {
        public delegate*<float*, float*, float*, float*, int, float, float, void> Tile;
        public int Destination;
        public int A;
        public int B;
        public int C;
        public float P0;
        public float P1;

        /// <summary>The values it reads; an operator of fewer than three repeats the first.</summary>
        public readonly int[] Sources => [A, B, C];
    }

    /// <summary>An input or a constant (argument -1).</summary>
    internal struct Input
    {
        public int Value;
        public int Argument;
        public float Constant;
        public int ElementBytes;
        public InputAccess Access;
        public delegate*<float*, byte*, long, int, long, int, void> LoadRows;
        public fixed long Strides[Broadcasting.MaxRank];
    }

    /// <summary>An output; a direct one is written by the instruction itself.</summary>
    internal struct Output
    {
        public int Value;
        public bool IsBool;
        public bool IsDirect;
    }
}
