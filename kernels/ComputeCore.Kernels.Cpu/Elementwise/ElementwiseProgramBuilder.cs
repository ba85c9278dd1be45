using ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Kernels.Cpu.Elementwise;

// Values are numbered as they are made (static single assignment). Build decides where each lives while a tile is computed:
// in the input itself, in the output itself, or in a tile buffer, which is handed on by linear scan over the instructions
// (Poletto and Sarkar, "Linear scan register allocation", 1999).

/// <summary>Describes a directed acyclic graph of element-wise operations, which become one <see cref="ElementwiseProgram"/>.</summary>
internal sealed unsafe class ElementwiseProgramBuilder
{
    private readonly int[] shape;
    private readonly List<Value> values = [];
    private readonly List<ElementwiseProgram.Instruction> instructions = [];
    private readonly List<(int Value, ElementwiseType Type)> outputs = [];
    private int arguments;

    /// <summary>Starts a program whose outputs all have the shape <paramref name="shape"/>, of rank 0 to 8.</summary>
    public ElementwiseProgramBuilder(ReadOnlySpan<int> shape)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shape.Length, Broadcasting.MaxRank, nameof(shape));
        this.shape = shape.ToArray();
    }

    /// <summary>Adds the next input, read with the given element stride per dimension of the program's shape (0: repeated).</summary>
    public int Input(ElementwiseType type, ReadOnlySpan<long> strides)
    {
        if (strides.Length != shape.Length)
            throw new ArgumentException($"{strides.Length} strides for a program of rank {shape.Length}.", nameof(strides));
        return AddValue(new Value { IsInput = true, Argument = arguments++, Type = type, Strides = strides.ToArray() });
    }

    /// <summary>Adds the next input, a contiguous tensor of a shape that broadcasts to the program's.</summary>
    public int Input(ElementwiseType type, ReadOnlySpan<int> inputShape)
    {
        Span<long> strides = stackalloc long[shape.Length];
        Broadcasting.Strides(inputShape, shape, strides);
        return Input(type, strides);
    }

    /// <summary>Adds a number.</summary>
    public int Constant(float number)
        => AddValue(new Value { IsInput = true, Argument = -1, Constant = number, Strides = new long[shape.Length] });

    /// <summary>Adds an operation on one value, with its parameters.</summary>
    public int Unary<TOperator>(int a, float p0 = 0, float p1 = 0)
        where TOperator : struct, IUnaryOperator
        => Add(new() { Tile = &ElementwiseTile.Unary<TOperator>, A = a, B = a, C = a, P0 = p0, P1 = p1 });

    /// <summary>Adds an operation on two values.</summary>
    public int Binary<TOperator>(int a, int b)
        where TOperator : struct, IBinaryOperator
        => Add(new() { Tile = &ElementwiseTile.Binary<TOperator>, A = a, B = b, C = a });

    /// <summary>Adds an operation on three values.</summary>
    public int Ternary<TOperator>(int a, int b, int c)
        where TOperator : struct, ITernaryOperator
        => Add(new() { Tile = &ElementwiseTile.Ternary<TOperator>, A = a, B = b, C = c });

    /// <summary>Makes a value the next output; as <see cref="ElementwiseType.Bool"/>, 1 where it is not 0.</summary>
    /// <remarks>An input that is an output is copied by an instruction, so that the rule of <see cref="PlaceOutputs"/> covers it.</remarks>
    public void Output(int value, ElementwiseType type)
        => outputs.Add((values[value].IsInput ? Unary<Copy>(value) : value, type));

    /// <summary>The program: values placed, dimensions collapsed, tile size chosen.</summary>
    public ElementwiseProgram Build()
    {
        var inputs = values.Where(value => value.IsInput).ToArray();
        var extents = new long[Broadcasting.MaxRank];
        for (var d = 0; d < shape.Length; d++)
            extents[d] = shape[d];
        var strides = new long[inputs.Length * Broadcasting.MaxRank];
        for (var i = 0; i < inputs.Length; i++)
            inputs[i].Strides.CopyTo(strides, i * Broadcasting.MaxRank);
        var rank = Broadcasting.Collapse(extents, shape.Length, strides, inputs.Length);
        var tiling = new ElementwiseTiling(extents.AsSpan(0, rank));

        for (var i = 0; i < inputs.Length; i++)
            inputs[i].Access = ChooseAccess(inputs[i].Type, strides.AsSpan(i * Broadcasting.MaxRank, rank), extents, tiling);
        var isDirect = PlaceOutputs();
        var buffers = AssignBuffers(isDirect);

        return new ElementwiseProgram(
            tiling,
            extents.AsSpan(0, rank),
            [.. inputs.Select((input, i) => Describe(input, strides.AsSpan(i * Broadcasting.MaxRank, Broadcasting.MaxRank), rank))],
            [.. instructions],
            [.. outputs.Select((output, i) => new ElementwiseProgram.Output { Value = output.Value, IsBool = output.Type == ElementwiseType.Bool, IsDirect = isDirect[i] })],
            [.. values.Select(value => value.Buffer)],
            buffers);
    }

    private static ElementwiseProgram.InputAccess ChooseAccess(ElementwiseType type, ReadOnlySpan<long> strides, ReadOnlySpan<long> extents, in ElementwiseTiling tiling)
    {
        var isContiguous = true;
        var isSameInEveryRow = true;
        var stride = 1L;
        for (var d = strides.Length - 1; d >= 0; d--)
        {
            isContiguous &= strides[d] == stride;
            stride *= extents[d];
            isSameInEveryRow &= strides[d] == 0 || d == strides.Length - 1;
        }

        if (type == ElementwiseType.Float32 && (isContiguous || (strides[^1] == 1 && tiling.RowsPerTile == 1)))
            return ElementwiseProgram.InputAccess.InPlace;
        return isSameInEveryRow && (tiling.TilesPerRow == 1 || strides[^1] == 0)
            ? ElementwiseProgram.InputAccess.LoadedOnce
            : ElementwiseProgram.InputAccess.LoadedPerTile;
    }

    private static ElementwiseProgram.Input Describe(Value input, ReadOnlySpan<long> strides, int rank)
    {
        var described = new ElementwiseProgram.Input
        {
            Value = input.Number,
            Argument = input.Argument,
            Constant = input.Constant,
            ElementBytes = input.Type == ElementwiseType.Bool ? 1 : sizeof(float),
            Access = input.Access,
            LoadRows = RowLoader.Choose(input.Type, strides[rank - 1]),
        };
        for (var d = 0; d < rank; d++)
            described.Strides[d] = strides[d];
        return described;
    }

    // An output may lie where an input lies. So an instruction writes into an output only if none after it reads an input in
    // place; other outputs are copied from tile buffers when the tile's last instruction is done.
    private bool[] PlaceOutputs()
    {
        var lastReader = -1;
        for (var i = 0; i < instructions.Count; i++)
        {
            foreach (var source in instructions[i].Sources)
            {
                if (values[source].Access == ElementwiseProgram.InputAccess.InPlace && values[source].IsInput)
                    lastReader = i;
            }
        }

        var isDirect = new bool[outputs.Count];
        for (var i = 0; i < outputs.Count; i++)
        {
            var value = values[outputs[i].Value];
            isDirect[i] = outputs[i].Type == ElementwiseType.Float32 && !value.IsInput && value.Definition >= lastReader && !value.IsInOutput;
            value.IsInOutput |= isDirect[i];
        }

        return isDirect;
    }

    private int AssignBuffers(bool[] isDirect)
    {
        foreach (var value in values)
            value.LastUse = value.Definition;
        for (var i = 0; i < instructions.Count; i++)
        {
            foreach (var source in instructions[i].Sources)
                values[source].LastUse = i;
        }

        for (var i = 0; i < outputs.Count; i++)
        {
            if (!isDirect[i])
                values[outputs[i].Value].LastUse = instructions.Count;
        }

        var free = new Stack<int>();
        var count = 0;
        foreach (var value in values.Where(value => value.IsInput && value.Access != ElementwiseProgram.InputAccess.InPlace))
            value.Buffer = count++;
        for (var i = 0; i < instructions.Count; i++)
        {
            foreach (var source in instructions[i].Sources.Distinct().Select(source => values[source]))
            {
                if (source.Buffer >= 0 && source.LastUse == i && source.Access != ElementwiseProgram.InputAccess.LoadedOnce)
                    free.Push(source.Buffer);
            }

            var result = values[instructions[i].Destination];
            if (!result.IsInOutput)
                result.Buffer = free.Count > 0 ? free.Pop() : count++;
            if (!result.IsInOutput && result.LastUse == i)
                free.Push(result.Buffer);
        }

        return count;
    }

    private int Add(ElementwiseProgram.Instruction instruction)
    {
        instruction.Destination = AddValue(new Value { Definition = instructions.Count });
        instructions.Add(instruction);
        return instruction.Destination;
    }

    private int AddValue(Value value)
    {
        value.Number = values.Count;
        values.Add(value);
        return value.Number;
    }

    private sealed class Value
    {
        public int Number;
        public bool IsInput;
        public int Argument;
        public float Constant;
        public ElementwiseType Type;
        public long[] Strides = [];
        public ElementwiseProgram.InputAccess Access;
        public int Definition = -1;
        public int LastUse;
        public bool IsInOutput;
        public int Buffer = -1;
    }
}
