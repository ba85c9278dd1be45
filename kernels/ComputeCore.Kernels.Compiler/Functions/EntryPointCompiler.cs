using ComputeCore.Kernels.Compiler.Diagnostics;
using ComputeCore.Kernels.Compiler.Modules;
using ComputeCore.Kernels.Compiler.Types;
using ComputeCore.Kernels.Compiler.Values;
using ComputeCore.Kernels.Spirv;
using Microsoft.CodeAnalysis;

namespace ComputeCore.Kernels.Compiler.Functions;

/// <summary>
/// Binds a kernel's parameters: views to storage buffers, scalars to push constants. Push constants are read in whole words, from
/// which smaller values are taken out, so that no device feature is needed.
/// </summary>
internal sealed class EntryPointCompiler
{
    private const int PushConstantBytes = 128;

    private readonly ModuleCompiler module;
    private readonly SortedDictionary<int, ScalarType> words = [];
    private uint block;

    private EntryPointCompiler(ModuleCompiler module) => this.module = module;

    /// <summary>Compiles a kernel and returns the entry point's function.</summary>
    public static uint Compile(ModuleCompiler module, IMethodSymbol kernel)
    {
        var compiler = new EntryPointCompiler(module);
        var types = kernel.Parameters.Select(parameter => module.TypeReader.Read(parameter.Type, parameter.Locations[0])).ToArray();
        var offsets = compiler.LayOut(kernel, types);
        compiler.DeclareBlock();

        var (binding, scalar) = (0, 0);
        return FunctionCompiler.CompileEntryPoint(module, kernel, (function, _, type) => type is ViewType view
            ? new ViewValue(module.Buffer(binding++, view.Element))
            : compiler.Read(function, type, offsets[scalar++]));
    }

    private List<int> LayOut(IMethodSymbol kernel, IReadOnlyList<DeviceType> types)
    {
        var offsets = new List<int>();
        var end = 0;
        foreach (var type in types.Where(type => type is not ViewType))
        {
            var offset = (end + type.Alignment - 1) / type.Alignment * type.Alignment;
            offsets.Add(offset);
            end = offset + type.Size;
            AddWords(type, offset);
        }

        if (end > PushConstantBytes)
            throw new KernelException(KernelDiagnostics.PushConstants, kernel.Locations[0], kernel.Name, end.ToString());
        return offsets;
    }

    private void AddWords(DeviceType type, int offset)
    {
        if (type is ScalarType scalar)
            words[scalar.Size < 4 ? offset & ~3 : offset] = scalar.Size < 4 ? ScalarType.U32 : scalar;
        else
            foreach (var field in ((StructType)type).Fields)
                AddWords(field.Type, offset + field.Offset);
    }

    private void DeclareBlock()
    {
        if (words.Count == 0)
            return;
        var type = module.Builder.Unique(
            Op.TypeStruct,
            "push " + string.Join(" ", words.Keys),
            [.. words.Values.Select(word => module.Types.Value(word))],
            id =>
            {
                module.Builder.Decorate(id, Decoration.Block);
                foreach (var (offset, i) in words.Keys.Select((offset, i) => (offset, i)))
                    module.Builder.DecorateMember(id, i, Decoration.Offset, (uint)offset);
            });
        block = module.Builder.Variable(StorageClass.PushConstant, type);
    }

    private Value Read(FunctionCompiler function, DeviceType type, int offset)
    {
        if (type is StructType structure)
            return function.Compose(structure, i => Read(function, structure.Fields[i].Type, offset + structure.Fields[i].Offset));
        var scalar = (ScalarType)type;
        if (scalar.Size >= 4)
            return function.Load(Word(offset, scalar));
        var word = function.Load(Word(offset & ~3, ScalarType.U32)).Id;
        var op = scalar.IsSigned ? Op.BitFieldSExtract : Op.BitFieldUExtract;
        var register = module.Builder.Int(32);
        var value = function.Code.Add(op, register, word, module.Builder.Constant(8 * (offset & 3)), module.Builder.Constant(8 * scalar.Size));
        return new Register(
            scalar.Kind switch
            {
                ScalarKind.Bool => function.Code.Add(Op.INotEqual, module.Builder.Bool, value, module.Builder.Constant(0)),
                ScalarKind.F16 => function.HalfToFloat(value),
                _ => value,
            },
            scalar);
    }

    private Place Word(int offset, ScalarType type) =>
        new(block, StorageClass.PushConstant, [module.Builder.Constant(words.Keys.ToList().IndexOf(offset))], type);
}
