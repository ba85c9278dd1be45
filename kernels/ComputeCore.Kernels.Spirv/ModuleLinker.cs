namespace ComputeCore.Kernels.Spirv;

/// <summary>
/// Takes exported functions out of a library module and puts them, with what they need, into a module being written: ids are
/// renumbered, types and constants shared with those that are there already.
/// </summary>
internal sealed class ModuleLinker
{
    private readonly ModuleBuilder target;
    private readonly Dictionary<string, uint> exports = new(StringComparer.Ordinal);
    private readonly Dictionary<uint, Instruction> globals = [];
    private readonly Dictionary<uint, IReadOnlyList<Instruction>> functions = [];
    private readonly ILookup<uint, Instruction> decorations;
    private readonly List<uint> capabilities = [];
    private readonly List<string> extensions = [];
    private readonly Dictionary<uint, uint> linked = [];
    private bool isUsed;

    /// <summary>Reads a library.</summary>
    /// <param name="target">The module that functions are to be put into.</param>
    /// <param name="library">A module with exported functions, in words.</param>
    public ModuleLinker(ModuleBuilder target, uint[] library)
    {
        this.target = target;
        var annotations = new List<Instruction>();
        List<Instruction>? function = null;
        foreach (var instruction in Instruction.Read(library))
        {
            switch (instruction.Op)
            {
                case Op.Capability:
                    capabilities.Add(instruction.Operands[0]);
                    break;
                case Op.Extension:
                    extensions.Add(WordBuffer.Text(instruction.Operands));
                    break;
                case Op.Decorate when instruction.Operands[1] == (uint)Decoration.LinkageAttributes:
                    exports[WordBuffer.Text(instruction.Operands.Skip(2))] = instruction.Operands[0];
                    break;
                case Op.Decorate or Op.MemberDecorate:
                    annotations.Add(instruction);
                    break;
                case Op.Function:
                    functions[instruction.Operands[1]] = function = [instruction];
                    break;
                default:
                    if (function is not null)
                        function.Add(instruction);
                    else if (instruction.Result >= 0)
                        globals[instruction.Operands[instruction.Result]] = instruction;
                    break;
            }
        }

        decorations = annotations.ToLookup(annotation => annotation.Operands[0]);
    }

    /// <summary>The names of the library's functions.</summary>
    public IEnumerable<string> Exports => exports.Keys;

    /// <summary>The id, in the module being written, of a function of the library.</summary>
    /// <exception cref="KeyNotFoundException">The library has no such function.</exception>
    public uint Function(string name)
    {
        if (!exports.TryGetValue(name, out var id))
            throw new KeyNotFoundException($"The library has no device function {name}: mark it with [DeviceFunction].");
        if (!isUsed)
        {
            foreach (var capability in capabilities.Where(capability => capability != (uint)Capability.Linkage))
                target.Add((Capability)capability);
            foreach (var extension in extensions)
                target.AddExtension(extension);
        }

        isUsed = true;
        return Link(id);
    }

    private uint Link(uint id)
    {
        if (linked.TryGetValue(id, out var known))
            return known;
        if (functions.TryGetValue(id, out var body))
            return LinkFunction(id, body);
        if (!globals.TryGetValue(id, out var global))
            return linked[id] = target.NewId(); // a label or result that is used before the function defines it
        if (global.Op == Op.ExtInstImport)
            return linked[id] = target.GlslImport;
        var result = global.Result;
        var operands = Renumber(global, except: result);
        return linked[id] = global.Op switch
        {
            Op.Variable or Op.SpecConstant or Op.SpecConstantComposite => Decorated(id, target.Global(global.Op, operands[0], [.. operands.Skip(2)])),
            _ when result == 1 => target.UniqueConstant(global.Op, operands[0], [.. operands.Skip(2)]),
            _ => target.Unique(global.Op, [.. operands.Skip(1)]),
        };
    }

    private uint LinkFunction(uint id, IReadOnlyList<Instruction> body)
    {
        // What it calls or refers to comes first; labels and results of its own get ids as they are met.
        var words = new WordBuffer();
        linked[id] = target.NewId();
        foreach (var instruction in body)
        {
            if (instruction.Op != Op.Line)
                words.Add(instruction.Op, Renumber(instruction, except: -1));
            if (instruction.Result >= 0 && instruction.Op != Op.Function)
                Decorated(instruction.Operands[instruction.Result], linked[instruction.Operands[instruction.Result]]);
        }

        target.Add(words);
        return linked[id];
    }

    private uint[] Renumber(Instruction instruction, int except)
    {
        var operands = (uint[])instruction.Operands.Clone();
        for (var i = 0; i < operands.Length; i++)
            if (i != except && instruction.IsId(i))
                operands[i] = Link(operands[i]);
        return operands;
    }

    private uint Decorated(uint from, uint to)
    {
        foreach (var decoration in decorations[from].Where(decoration => decoration.Op == Op.Decorate))
            target.Decorate(to, (Decoration)decoration.Operands[1], [.. decoration.Operands.Skip(2)]);
        return to;
    }
}
