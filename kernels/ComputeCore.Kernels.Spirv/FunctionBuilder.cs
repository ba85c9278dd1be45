namespace ComputeCore.Kernels.Spirv;

/// <summary>
/// A function being written, one block after the other. What follows a terminator is dropped until the next label, as code there
/// can't be reached.
/// </summary>
internal sealed class FunctionBuilder
{
    private readonly ModuleBuilder module;
    private readonly WordBuffer head = new();
    private readonly WordBuffer variables = new();
    private readonly WordBuffer body = new();
    private readonly uint first;

    /// <summary>Begins a function.</summary>
    /// <param name="module">The module it will stand in.</param>
    /// <param name="result">The type of its result.</param>
    /// <param name="parameters">The types of its parameters.</param>
    public FunctionBuilder(ModuleBuilder module, uint result, IReadOnlyList<uint> parameters)
    {
        const uint noControl = 0;
        this.module = module;
        Id = module.NewId();
        head.Add(Op.Function, result, Id, noControl, module.FunctionType(result, parameters));
        Parameters = [.. parameters.Select(_ => module.NewId())];
        for (var i = 0; i < parameters.Count; i++)
            head.Add(Op.FunctionParameter, parameters[i], Parameters[i]);
        Block = first = module.NewId();
    }

    public uint Id { get; }

    public IReadOnlyList<uint> Parameters { get; }

    /// <summary>The block that instructions go to; 0 where code can't be reached.</summary>
    public uint Block { get; private set; }

    public bool IsReachable => Block != 0;

    /// <summary>A variable of the function.</summary>
    public uint Variable(uint type)
    {
        var id = module.NewId();
        variables.Add(Op.Variable, module.Pointer(StorageClass.Function, type), id, (uint)StorageClass.Function);
        return id;
    }

    /// <summary>An instruction with a result.</summary>
    public uint Add(Op op, uint type, params uint[] operands)
    {
        var id = module.NewId();
        if (IsReachable)
            body.Add(op, [type, id, .. operands]);
        return id;
    }

    /// <summary>An instruction without a result.</summary>
    public void Do(Op op, params uint[] operands)
    {
        if (IsReachable)
            body.Add(op, operands);
    }

    public uint Glsl(Glsl function, uint type, params uint[] operands) => Add(Op.ExtInst, type, [module.GlslImport, (uint)function, .. operands]);

    /// <summary>Opens the block <paramref name="label"/>, which is reached from the current one too if that is still open.</summary>
    public void Label(uint label)
    {
        Branch(label);
        Block = label;
        body.Add(Op.Label, label);
    }

    public void Branch(uint target) => Terminate(Op.Branch, target);

    public void BranchConditional(uint condition, uint then, uint otherwise) => Terminate(Op.BranchConditional, condition, then, otherwise);

    /// <summary>Ends the block.</summary>
    public void Terminate(Op op, params uint[] operands)
    {
        Do(op, operands);
        Block = 0;
    }

    public WordBuffer ToWords()
    {
        var words = new WordBuffer();
        words.Append(head);
        words.Add(Op.Label, first);
        words.Append(variables);
        words.Append(body);
        words.Add(Op.FunctionEnd);
        return words;
    }
}
