using ComputeCore.Kernels.Compiler.Diagnostics;
using ComputeCore.Kernels.Compiler.Functions;
using ComputeCore.Kernels.Compiler.Types;
using ComputeCore.Kernels.Compiler.Values;
using ComputeCore.Kernels.Spirv;
using Microsoft.CodeAnalysis;

namespace ComputeCore.Kernels.Compiler.Intrinsics;

/// <summary>A use of a member that the compiler knows. An instance is the first argument.</summary>
internal sealed class IntrinsicCall(
    FunctionCompiler function, IMethodSymbol method, IReadOnlyList<Func<Value>> arguments, IReadOnlyList<IOperation> operations, IOperation operation)
{
    private readonly Value?[] values = new Value?[arguments.Count];

    public FunctionCompiler Function { get; } = function;

    public FunctionBuilder Code => Function.Code;

    public ModuleBuilder Builder => Function.Builder;

    public int Count => arguments.Count;

    /// <summary>The type of the result.</summary>
    public DeviceType Result => method.MethodKind == MethodKind.Constructor
        ? Function.ReadType(method.ContainingType, operation)
        : Function.ReadType(method.ReturnType, operation);

    /// <summary>An argument, evaluated when first asked for; all are in order.</summary>
    public Value this[int index]
    {
        get
        {
            for (var i = 0; i <= index; i++)
                values[i] ??= arguments[i]();
            return values[index]!;
        }
    }

    public uint Id(int index) => this[index].Id;

    /// <summary>An argument as the type that the method asks for, or that of its first argument.</summary>
    public DeviceType Type(int index = 0) => this[index].Type;

    public uint Form(DeviceType type) => Function.Module.Types.Value(type);

    /// <summary>What a reference argument refers to.</summary>
    public Place Place(int index) => Function.PlaceOfArgument(operations[index]);

    public IOperation Operation(int index) => operations[index];

    public DeviceType TypeArgument(int index = 0) => Function.ReadType(method.TypeArguments[index], operation);

    /// <summary>An argument that must be a constant.</summary>
    public int Constant(int index)
    {
        var argument = operations[index];
        while (argument is Microsoft.CodeAnalysis.Operations.IConversionOperation { ConstantValue.HasValue: false } conversion)
            argument = conversion.Operand;
        return argument.ConstantValue is { HasValue: true, Value: { } value }
            ? Convert.ToInt32(value)
            : throw new KernelException(KernelDiagnostics.ArraySize, argument.Syntax.GetLocation());
    }

    public KernelException Unsupported(string what, string instead) =>
        new(KernelDiagnostics.Unsupported, operation.Syntax.GetLocation(), what, instead);
}
