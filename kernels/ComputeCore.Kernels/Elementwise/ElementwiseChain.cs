// A chain is one kernel made at run time: a work-item per element of the result loads the inputs' elements, calls the functions in
// order, and stores what the results are. The functions are ordinary C# ([DeviceFunction]); from the chain's description two
// writers make the same straight-line code, one as IL, which ILGPU compiles for CUDA and OpenCL, and one as SPIR-V for Vulkan.
// Writing code rather than nesting generic operator structs keeps values that several functions share single, and gives ILGPU
// nothing to inline but the functions.
//
// Bytes: each input and output passes through memory once, whatever the length of the chain.
using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;

namespace ComputeCore.Kernels.Elementwise;

/// <summary>A graph of scalar functions, applied to tensors that broadcast to one shape. Values are numbered as they are added.</summary>
internal sealed class ElementwiseChain
{
    // Kernels by what they compute and how their inputs broadcast; the extents don't matter.
    private static readonly ConcurrentDictionary<string, KernelMethod> Kernels = new();

    private readonly int[] shape;
    private readonly List<int[]> inputShapes = [];
    private readonly List<ChainValue> values = [];
    private readonly List<int> outputs = [];

    /// <summary>Begins a chain.</summary>
    /// <param name="shape">The shape of all results, of at least one element.</param>
    public ElementwiseChain(ReadOnlySpan<int> shape) => this.shape = shape.ToArray();

    /// <summary>The values, in order.</summary>
    public IReadOnlyList<ChainValue> Values => values;

    /// <summary>The values that are stored.</summary>
    public IReadOnlyList<int> Outputs => outputs;

    /// <summary>The shape's elements.</summary>
    public long Count => shape.Aggregate(1L, (count, extent) => count * extent);

    /// <summary>Adds an input; its elements are of the type, truth values bytes of 0 or 1.</summary>
    public int Input(Type type, ReadOnlySpan<int> inputShape)
    {
        inputShapes.Add(inputShape.ToArray());
        return Add(new ChainInput(inputShapes.Count - 1, type));
    }

    /// <summary>Adds a number that is the same for all elements.</summary>
    public int Constant(float value) => Add(new ChainConstant(value));

    /// <summary>Adds a call.</summary>
    /// <param name="functions">The class that has the function.</param>
    /// <param name="name">Its name.</param>
    /// <param name="operands">The values it is called with.</param>
    public int Call(Type functions, string name, params ReadOnlySpan<int> operands)
    {
        var function = functions.GetMethod(name, BindingFlags.Public | BindingFlags.Static)
            ?? throw new ArgumentException($"{functions.Name} has no function {name}.", nameof(name));
        Type[] given = [.. operands.ToArray().Select(operand => values[operand].Type)];
        Type[] taken = [.. function.GetParameters().Select(parameter => parameter.ParameterType)];
        if (!given.SequenceEqual(taken))
            throw new ArgumentException($"{functions.Name}.{name} takes {string.Join<Type>(", ", taken)}, not {string.Join<Type>(", ", given)}.", nameof(operands));
        return Add(new ChainCall(function, operands.ToArray()));
    }

    /// <summary>Stores a value as the next result.</summary>
    public void Output(int value) => outputs.Add(value);

    /// <summary>The launch that computes the chain.</summary>
    /// <param name="inputs">The inputs' memory, in order.</param>
    /// <param name="results">The results' memory, in order. It may be that of an input of the same shape.</param>
    /// <param name="upload">Brings a table to the device.</param>
    public KernelDispatch Dispatch(IEnumerable<KernelArgument> inputs, IEnumerable<KernelArgument> results, Func<int[], DeviceView<int>> upload)
    {
        var geometry = new BroadcastGeometry(shape, inputShapes);
        var method = Kernels.GetOrAdd(Description(geometry), _ => ToKernel(geometry));
        List<KernelArgument> arguments = [.. inputs, .. results];
        if (geometry.HasTable)
            arguments.Add(KernelArgument.View(upload(geometry.Table())));
        arguments.Add(KernelArgument.Value((int)Count));
        return new KernelDispatch(method, FlatIndex.GridFor(Count), FlatIndex.GroupSize, arguments);
    }

    /// <summary>The element type that values of a type have in memory.</summary>
    public static Type InMemory(Type type) => type == typeof(bool) ? typeof(byte) : type;

    private KernelMethod ToKernel(BroadcastGeometry geometry)
    {
        var parameters = new List<KernelParameter>();
        foreach (var input in values.OfType<ChainInput>())
            AddView($"x{input.Index}", InMemory(input.Type));
        for (var i = 0; i < outputs.Count; i++)
            AddView($"y{i}", InMemory(values[outputs[i]].Type));
        if (geometry.HasTable)
            AddView("geometry", typeof(int));
        parameters.Add(new KernelParameter("count", typeof(int), false, 0, sizeof(int)));

        var name = $"Elementwise {string.Join(" ", values.OfType<ChainCall>().Select(call => call.Function.Name))}";
        return new KernelMethod(name, parameters, () => ChainIlWriter.Write(this, geometry), () => ChainSpirvWriter.Write(this, geometry));

        void AddView(string view, Type type) => parameters.Add(new KernelParameter(view, type, true, parameters.Count, KernelElements.SizeOf(type)));
    }

    private string Description(BroadcastGeometry geometry) => string.Join(
        "; ",
        values.Select(value => value switch
        {
            ChainInput input => $"{input.Type.Name} {geometry.Pattern(input.Index)}",
            ChainConstant constant => BitConverter.SingleToInt32Bits(constant.Value).ToString("x8", CultureInfo.InvariantCulture),
            ChainCall call => $"{call.Function.DeclaringType!.Name}.{call.Function.Name}({string.Join(",", call.Operands)})",
            _ => throw new InvalidOperationException("unreachable"),
        }).Append(string.Join(",", outputs)));

    private int Add(ChainValue value)
    {
        values.Add(value);
        return values.Count - 1;
    }
}

/// <summary>A value of a chain.</summary>
/// <param name="Type">float, int, long, byte or bool.</param>
internal abstract record ChainValue(Type Type);

/// <summary>An element of an input.</summary>
/// <param name="Index">Which input.</param>
/// <param name="Type">The elements' type.</param>
internal sealed record ChainInput(int Index, Type Type) : ChainValue(Type);

/// <summary>A number.</summary>
internal sealed record ChainConstant(float Value) : ChainValue(typeof(float));

/// <summary>A function's value.</summary>
/// <param name="Function">A static method marked <see cref="DeviceFunctionAttribute"/>.</param>
/// <param name="Operands">The numbers of the values it is called with.</param>
internal sealed record ChainCall(MethodInfo Function, int[] Operands) : ChainValue(Function.ReturnType);
