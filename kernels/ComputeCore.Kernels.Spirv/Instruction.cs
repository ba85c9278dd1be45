namespace ComputeCore.Kernels.Spirv;

/// <summary>An instruction of a module that is being read.</summary>
/// <param name="Op">What it does.</param>
/// <param name="Operands">All words after the first.</param>
internal readonly record struct Instruction(Op Op, uint[] Operands)
{
    /// <summary>Whether the operand's word names an id; the others are literals.</summary>
    public bool IsId(int operand) => Op == Op.Switch
        ? operand < 2 || operand % 2 == 1 // selector and default, then pairs of a 32-bit literal and a label
        : Layout(Op) is var layout && layout[Math.Min(operand, layout.Length - 1)] != 'l';

    /// <summary>Where the result's id stands among the operands, or -1.</summary>
    public int Result => Op == Op.Switch ? -1 : Layout(Op).IndexOf('r');

    /// <summary>The instructions of a module after its header.</summary>
    /// <exception cref="InvalidDataException">This is no SPIR-V module.</exception>
    public static IEnumerable<Instruction> Read(uint[] module)
    {
        const int header = 5;
        for (var at = header; at < module.Length;)
        {
            var length = (int)(module[at] >> 16);
            if (length == 0 || at + length > module.Length)
                throw new InvalidDataException($"The SPIR-V module is broken at word {at}: write it again.");
            yield return new((Op)(module[at] & 0xffff), module.AsSpan(at + 1, length - 1).ToArray());
            at += length;
        }
    }

    // One letter an operand, the last standing for all that follow: t result type, r result, i id, l literal.
    private static string Layout(Op op) => op switch
    {
        Op.Capability or Op.Extension or Op.MemoryModel => "l",
        Op.ExtInstImport or Op.String or Op.TypeVoid or Op.TypeBool or Op.TypeInt or Op.TypeFloat => "rl",
        Op.Name or Op.MemberName or Op.Decorate or Op.MemberDecorate => "il",
        Op.EntryPoint => throw new NotSupportedException("Entry points can't be linked: link exported functions."),
        Op.TypeVector => "ril",
        Op.TypeArray or Op.TypeRuntimeArray or Op.TypeStruct or Op.TypeFunction => "ri",
        Op.TypePointer => "rli",
        Op.Constant or Op.SpecConstant => "trl",
        Op.Function => "trli",
        Op.Label => "r",
        Op.Line => "il",
        Op.FunctionEnd or Op.Return or Op.Unreachable or Op.Branch or Op.ReturnValue or Op.Store => "i",
        Op.Variable => "trli",
        Op.ExtInst => "trili",
        Op.CompositeExtract => "tril",
        Op.CompositeInsert => "triil",
        Op.LoopMerge => "iil",
        Op.SelectionMerge => "il",
        Op.BranchConditional => "iiil",
        Op.ControlBarrier or Op.MemoryBarrier => "i",
        _ => "tri",
    };
}
