using System.Runtime.CompilerServices;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Elementwise;

// A vector-at-a-time interpreter (Boncz, Zukowski and Nes, "MonetDB/X100: hyper-pipelining query execution", 2005): one indirect
// call per instruction and tile of about 1024 elements, 64 vectors, which makes the interpreter's overhead vanish while every
// operator remains a compiled loop.
//
// A worker's scratch memory: the tile buffers, then one pointer per value, which says where the current tile of it lies.

/// <summary>The parallel loop of an <see cref="ElementwiseProgram"/>; an iteration is a chunk of tiles.</summary>
internal unsafe struct ElementwiseInterpreter : IParallelBody
{
    /// <summary>Bytes of a tile buffer with its padding. The odd multiple of 64 keeps buffers from sharing cache sets.</summary>
    public const int BufferBytes = (ElementwiseTiling.Capacity + RowLoader.Overrun) * sizeof(float);

    public ElementwiseTiling Tiling;
    public int Rank;
    public long* Extents;
    public ElementwiseProgram.Input* Inputs;
    public int InputCount;
    public ElementwiseProgram.Instruction* Instructions;
    public int InstructionCount;
    public ElementwiseProgram.Output* Outputs;
    public int OutputCount;
    public int* BufferOfValue;
    public int ValueCount;
    public int Buffers;
    public byte** InputArguments;
    public byte** OutputArguments;
    public byte* Workspace;
    public long WorkspaceBytesPerWorker;

    /// <inheritdoc/>
    public readonly void Run(int index, int worker)
    {
        var buffers = Workspace + (worker * WorkspaceBytesPerWorker);
        var tileOfValue = (float**)(buffers + (Buffers * (long)BufferBytes));
        for (var value = 0; value < ValueCount; value++)
            tileOfValue[value] = (float*)(buffers + (Math.Max(0, BufferOfValue[value]) * (long)BufferBytes));

        var (first, end) = Tiling.TilesOf(index);
        LoadOnce(tileOfValue);
        for (var tile = first; tile < end; tile++)
            RunTile(tile, tileOfValue);
    }

    private readonly void RunTile(long tile, float** tileOfValue)
    {
        var row = tile / Tiling.TilesPerRow * Tiling.RowsPerTile;
        var column = tile % Tiling.TilesPerRow * Tiling.TileLength;
        var rows = (int)Math.Min(Tiling.RowsPerTile, Tiling.Rows - row);
        var rowLength = (int)Math.Min(Tiling.TileLength, Tiling.RowLength - column);
        var start = (row * Tiling.RowLength) + column;
        var count = rows * rowLength;

        BindInputs(row, column, rows, rowLength, tileOfValue);
        for (var i = 0; i < OutputCount; i++)
        {
            if (Outputs[i].IsDirect)
                tileOfValue[Outputs[i].Value] = (float*)OutputArguments[i] + start;
        }

        for (var instruction = Instructions; instruction < Instructions + InstructionCount; instruction++)
        {
            instruction->Tile(
                tileOfValue[instruction->Destination],
                tileOfValue[instruction->A],
                tileOfValue[instruction->B],
                tileOfValue[instruction->C],
                count,
                instruction->P0,
                instruction->P1);
        }

        for (var i = 0; i < OutputCount; i++)
        {
            var source = tileOfValue[Outputs[i].Value];
            if (Outputs[i].IsBool)
                RowLoader.NarrowToBools(OutputArguments[i] + start, source, count);
            else if (!Outputs[i].IsDirect)
                Unsafe.CopyBlockUnaligned((float*)OutputArguments[i] + start, source, (uint)count * sizeof(float));
        }
    }

    private readonly void LoadOnce(float** tileOfValue)
    {
        for (var input = Inputs; input < Inputs + InputCount; input++)
        {
            if (input->Access != ElementwiseProgram.InputAccess.LoadedOnce)
                continue;
            var source = input->Argument < 0 ? (byte*)&input->Constant : InputArguments[input->Argument];
            input->LoadRows(tileOfValue[input->Value], source, input->Strides[Rank - 1], Tiling.TileLength, 0, (int)Math.Min(Tiling.RowsPerTile, Tiling.Rows));
        }
    }

    // The first row's index in every dimension but the innermost, then for each input its tile.
    private readonly void BindInputs(long row, long column, int rows, int rowLength, float** tileOfValue)
    {
        var start = stackalloc long[Broadcasting.MaxRank];
        for (var d = Rank - 2; d >= 0; d--)
        {
            start[d] = row % Extents[d];
            row /= Extents[d];
        }

        for (var input = Inputs; input < Inputs + InputCount; input++)
        {
            if (input->Access == ElementwiseProgram.InputAccess.LoadedOnce)
                continue;
            var offset = column * input->Strides[Rank - 1];
            for (var d = 0; d < Rank - 1; d++)
                offset += start[d] * input->Strides[d];
            var source = InputArguments[input->Argument] + (offset * input->ElementBytes);
            if (input->Access == ElementwiseProgram.InputAccess.InPlace)
                tileOfValue[input->Value] = (float*)source;
            else
                LoadRows(input, source, start, rows, rowLength, tileOfValue[input->Value]);
        }
    }

    // Rows run along the last dimension but one; at its end the outer dimensions advance like an odometer.
    private readonly void LoadRows(ElementwiseProgram.Input* input, byte* source, long* start, int rows, int rowLength, float* destination)
    {
        if (Rank == 1)
        {
            input->LoadRows(destination, source, input->Strides[0], rowLength, 0, 1);
            return;
        }

        var position = stackalloc long[Broadcasting.MaxRank];
        for (var d = 0; d < Rank - 1; d++)
            position[d] = start[d];
        var rowStride = input->Strides[Rank - 2] * input->ElementBytes;
        while (rows > 0)
        {
            var run = (int)Math.Min(rows, Extents[Rank - 2] - position[Rank - 2]);
            input->LoadRows(destination, source, input->Strides[Rank - 1], rowLength, rowStride, run);
            destination += run * rowLength;
            source += run * rowStride;
            rows -= run;
            position[Rank - 2] += run;
            for (var d = Rank - 2; d > 0 && position[d] == Extents[d]; d--)
            {
                source += (input->Strides[d - 1] - (input->Strides[d] * Extents[d])) * input->ElementBytes;
                position[d] = 0;
                position[d - 1]++;
            }
        }
    }
}
