using ComputeCore.Kernels.Compiler.Diagnostics;
using ComputeCore.Kernels.Compiler.Functions;
using ComputeCore.Kernels.Compiler.Types;
using ComputeCore.Kernels.Compiler.Values;
using ComputeCore.Kernels.Spirv;
using Microsoft.CodeAnalysis;

namespace ComputeCore.Kernels.Compiler.Modules;

/// <summary>What the functions of a module share: types, buffers, built-in variables, and each other.</summary>
internal sealed class ModuleCompiler
{
    private readonly Dictionary<(int Binding, DeviceType Element), ViewRoot> buffers = [];
    private readonly Dictionary<BuiltIn, uint> builtIns = [];
    private readonly Dictionary<string, CompiledFunction> functions = new(StringComparer.Ordinal);
    private readonly HashSet<string> compiling = new(StringComparer.Ordinal);
    private readonly HashSet<int> aliased = [];
    private readonly List<KernelError> errors = [];
    private uint workGroupSize;
    private readonly uint[] groupDimensions = new uint[3];

    public ModuleCompiler(Compilation compilation, bool isDebug)
    {
        Source = new SourceReader(compilation);
        IsDebug = isDebug;
        Types = new TypeWriter(Builder);
        Builder.Add(Capability.Shader);
    }

    public ModuleBuilder Builder { get; } = new();

    public SourceReader Source { get; }

    public TypeReader TypeReader { get; } = new();

    public TypeWriter Types { get; }

    /// <summary>Whether names and lines are written.</summary>
    public bool IsDebug { get; }

    public IReadOnlyList<KernelError> Errors => errors;

    /// <summary>The built-in variables in use, which an entry point lists.</summary>
    public IEnumerable<uint> Inputs => builtIns.Values;

    public void Report(KernelError error) => errors.Add(error);

    /// <summary>A buffer's memory as elements of a type. Looked at as several types, a buffer is as many variables on one binding.</summary>
    public ViewRoot Buffer(int binding, DeviceType element)
    {
        if (buffers.TryGetValue((binding, element), out var known))
            return known;
        var alignment = TypeWriter.ElementAlignment(element);
        var stored = Types.Stored(element, alignment);
        var array = Builder.Unique(Op.TypeRuntimeArray, "stride " + element.Size, [stored], id => Builder.Decorate(id, Decoration.ArrayStride, (uint)element.Size));
        var block = Builder.Unique(Op.TypeStruct, "buffer", [array], id =>
        {
            Builder.Decorate(id, Decoration.Block);
            Builder.DecorateMember(id, 0, Decoration.Offset, 0);
        });
        var variable = Builder.Variable(StorageClass.StorageBuffer, block);
        Builder.Decorate(variable, Decoration.DescriptorSet, 0);
        Builder.Decorate(variable, Decoration.Binding, (uint)binding);
        var others = buffers.Where(buffer => buffer.Key.Binding == binding).Select(buffer => buffer.Value.Variable).ToArray();
        foreach (var other in others.Length > 0 && aliased.Add(binding) ? [.. others, variable] : others.Length > 0 ? [variable] : Array.Empty<uint>())
            Builder.Decorate(other, Decoration.Aliased);
        return buffers[(binding, element)] = new ViewRoot(variable, StorageClass.StorageBuffer, element, 0, binding);
    }

    /// <summary>A built-in input: a vector of three unsigned integers, or a single one.</summary>
    public uint Input(BuiltIn builtIn)
    {
        if (builtIns.TryGetValue(builtIn, out var known))
            return known;
        if (builtIn is BuiltIn.SubgroupSize or BuiltIn.SubgroupLocalInvocationId)
            Builder.Add(Capability.GroupNonUniform);
        var variable = builtIns[builtIn] = Builder.Variable(StorageClass.Input, InputType(builtIn));
        Builder.Decorate(variable, Decoration.BuiltIn, (uint)builtIn);
        return variable;
    }

    public uint InputType(BuiltIn builtIn) =>
        builtIn is BuiltIn.SubgroupSize or BuiltIn.SubgroupLocalInvocationId ? Builder.Int(32) : Builder.Vector(Builder.Int(32), 3);

    /// <summary>The work-group's size in a dimension: a specialization constant.</summary>
    public uint GroupDimension(int dimension)
    {
        DeclareWorkGroupSize();
        return groupDimensions[dimension];
    }

    /// <summary>Declares the work-group's size: specialization constants 0, 1 and 2.</summary>
    public void DeclareWorkGroupSize()
    {
        if (workGroupSize != 0)
            return;
        for (var i = 0; i < 3; i++)
        {
            groupDimensions[i] = Builder.Global(Op.SpecConstant, Builder.Int(32), 1);
            Builder.Decorate(groupDimensions[i], Decoration.SpecId, (uint)i);
        }

        workGroupSize = Builder.Global(Op.SpecConstantComposite, Builder.Vector(Builder.Int(32), 3), groupDimensions);
        Builder.Decorate(workGroupSize, Decoration.BuiltIn, (uint)BuiltIn.WorkgroupSize);
    }

    /// <summary>A method for given type arguments and views, compiled when it is first called.</summary>
    public CompiledFunction Function(FunctionKey key, Location caller)
    {
        var name = key.ToString();
        if (functions.TryGetValue(name, out var known))
            return known;
        if (!compiling.Add(name))
            throw new KernelException(KernelDiagnostics.Recursion, caller, key.Method.Name);
        try
        {
            return functions[name] = FunctionCompiler.Compile(this, key, caller);
        }
        finally
        {
            compiling.Remove(name);
        }
    }
}
