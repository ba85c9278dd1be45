namespace ComputeCore.Kernels.Spirv;

/// <summary>
/// A SPIR-V module being written. Types and constants are made once each; the sections come out in the order that section 2.4 of
/// the specification asks for.
/// </summary>
internal sealed class ModuleBuilder
{
    private const uint Magic = 0x07230203;
    private const uint Version13 = 0x00010300;

    private readonly SortedSet<uint> capabilities = [];
    private readonly SortedSet<string> extensions = new(StringComparer.Ordinal);
    private readonly WordBuffer entryPoints = new();
    private readonly WordBuffer names = new();
    private readonly WordBuffer annotations = new();
    private readonly WordBuffer globals = new();
    private readonly WordBuffer strings = new();
    private readonly List<Func<WordBuffer>> functions = [];
    private readonly Dictionary<string, uint> unique = new(StringComparer.Ordinal);
    private uint bound = 1;
    private uint glsl;

    /// <summary>A fresh id.</summary>
    public uint NewId() => bound++;

    public void Add(Capability capability) => capabilities.Add((uint)capability);

    /// <summary>A capability that core SPIR-V 1.3 has only by an extension.</summary>
    public void Add(Capability capability, string extension)
    {
        Add(capability);
        AddExtension(extension);
    }

    public void AddExtension(string extension) => extensions.Add(extension);

    /// <summary>The import of <c>GLSL.std.450</c>.</summary>
    public uint GlslImport => glsl == 0 ? glsl = NewId() : glsl;

    /// <summary>A type: the same operands give the same id.</summary>
    public uint Unique(Op op, params uint[] operands) => UniqueConstant(op, 0, operands);

    /// <summary>A type that differs from others with the same operands by what <paramref name="decorate"/> puts on it.</summary>
    public uint Unique(Op op, string tag, uint[] operands, Action<uint> decorate)
    {
        var key = $"{tag}:{(uint)op}:{string.Join(",", operands)}";
        if (unique.TryGetValue(key, out var known))
            return known;
        var id = unique[key] = NewId();
        globals.Add(op, [id, .. operands]);
        decorate(id);
        return id;
    }

    /// <summary>A constant of a type, or, with type 0, a type.</summary>
    public uint UniqueConstant(Op op, uint type, uint[] operands)
    {
        var key = $"{(uint)op}:{type}:{string.Join(",", operands)}";
        if (unique.TryGetValue(key, out var known))
            return known;
        var id = unique[key] = NewId();
        globals.Add(op, type == 0 ? [id, .. operands] : [type, id, .. operands]);
        return id;
    }

    public uint Void => Unique(Op.TypeVoid);

    public uint Bool => Unique(Op.TypeBool);

    /// <summary>An integer type. Signs belong to the instructions: all integers are unsigned ones.</summary>
    public uint Int(int bits) => Unique(Op.TypeInt, (uint)bits, 0);

    public uint Float(int bits) => Unique(Op.TypeFloat, (uint)bits);

    public uint Vector(uint component, int count) => Unique(Op.TypeVector, component, (uint)count);

    public uint Array(uint element, int length) => Unique(Op.TypeArray, element, Constant(Int(32), (uint)length));

    public uint Struct(IEnumerable<uint> members) => Unique(Op.TypeStruct, [.. members]);

    public uint Pointer(StorageClass storage, uint type) => Unique(Op.TypePointer, (uint)storage, type);

    public uint FunctionType(uint result, IEnumerable<uint> parameters) => Unique(Op.TypeFunction, [result, .. parameters]);

    /// <summary>A number: one word, or two for 64 bits.</summary>
    public uint Constant(uint type, params uint[] words) => UniqueConstant(Op.Constant, type, words);

    public uint Constant(int value) => Constant(Int(32), unchecked((uint)value));

    public uint Constant(bool value) => UniqueConstant(value ? Op.ConstantTrue : Op.ConstantFalse, Bool, []);

    public uint Composite(uint type, params uint[] members) => UniqueConstant(Op.ConstantComposite, type, members);

    /// <summary>Zero of any type.</summary>
    public uint Null(uint type) => UniqueConstant(Op.ConstantNull, type, []);

    /// <summary>A global instruction with a result type that isn't shared: a variable or a specialization constant.</summary>
    public uint Global(Op op, uint type, params uint[] operands)
    {
        var id = NewId();
        globals.Add(op, [type, id, .. operands]);
        return id;
    }

    public uint Variable(StorageClass storage, uint type) => Global(Op.Variable, Pointer(storage, type), (uint)storage);

    public void Decorate(uint id, Decoration decoration, params uint[] operands) => annotations.Add(Op.Decorate, [id, (uint)decoration, .. operands]);

    public void DecorateMember(uint type, int member, Decoration decoration, params uint[] operands) =>
        annotations.Add(Op.MemberDecorate, [type, (uint)member, (uint)decoration, .. operands]);

    public void Name(uint id, string name) => names.Add(Op.Name, [id, .. WordBuffer.Literal(name)]);

    /// <summary>A string for debug information.</summary>
    public uint String(string text)
    {
        if (unique.TryGetValue("string:" + text, out var known))
            return known;
        var id = unique["string:" + text] = NewId();
        strings.Add(Op.String, [id, .. WordBuffer.Literal(text)]);
        return id;
    }

    public void Add(FunctionBuilder function) => functions.Add(function.ToWords);

    /// <summary>A function whose words are complete.</summary>
    public void Add(WordBuffer function) => functions.Add(() => function);

    /// <summary>Makes a function a compute shader.</summary>
    public void EntryPoint(uint function, string name, IEnumerable<uint> inputs)
    {
        const uint glCompute = 5;
        entryPoints.Add(Op.EntryPoint, [glCompute, function, .. WordBuffer.Literal(name), .. inputs]);
    }

    /// <summary>Lets other modules link a function in.</summary>
    public void Export(uint function, string name)
    {
        const uint export = 0;
        Add(Capability.Linkage);
        Decorate(function, Decoration.LinkageAttributes, [.. WordBuffer.Literal(name), export]);
    }

    /// <summary>The module in words.</summary>
    public uint[] ToWords()
    {
        const uint logical = 0;
        const uint glsl450 = 1;
        var head = new WordBuffer();
        foreach (var capability in capabilities)
            head.Add(Op.Capability, capability);
        foreach (var extension in extensions)
            head.Add(Op.Extension, WordBuffer.Literal(extension));
        if (glsl != 0)
            head.Add(Op.ExtInstImport, [glsl, .. WordBuffer.Literal("GLSL.std.450")]);
        head.Add(Op.MemoryModel, logical, glsl450);
        foreach (var section in new[] { entryPoints, strings, names, annotations, globals })
            head.Append(section);
        foreach (var function in functions)
            head.Append(function());
        return [Magic, Version13, 0, bound, 0, .. head.Words];
    }

    /// <summary>The module in bytes, little-endian.</summary>
    public byte[] ToBytes() => [.. ToWords().SelectMany(word => new[] { (byte)word, (byte)(word >> 8), (byte)(word >> 16), (byte)(word >> 24) })];
}
