using ComputeCore.Kernels.Compiler.Intrinsics;
using ComputeCore.Kernels.Compiler.Types;
using ComputeCore.Kernels.Compiler.Values;
using ComputeCore.Kernels.Spirv;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace ComputeCore.Kernels.Compiler.Functions;

// Calls: of what the compiler knows, and of methods in source.
internal sealed partial class FunctionCompiler
{
    private Value Call(IInvocationOperation invocation) =>
        Intrinsic(invocation.TargetMethod, invocation.Instance, invocation.Arguments, invocation)
        ?? CallSource(invocation.TargetMethod, invocation.Instance, invocation.Arguments, invocation);

    /// <summary>The memory that a call returns a reference to; null if it returns none.</summary>
    private Place? ReferenceCall(IInvocationOperation invocation) =>
        invocation.TargetMethod.Name == "Allocate" && invocation.Arguments.Length == 0 && invocation.TargetMethod.ReturnsByRef && IntrinsicTable.NameOf(invocation.TargetMethod) == "ILGPU.SharedMemory.Allocate"
            ? Element(NewArray(StorageClass.Workgroup, Read(invocation.TargetMethod.TypeArguments[0], invocation.Syntax.GetLocation()), 1), Builder.Constant(0))
            : null;

    /// <summary>An array in shared or private memory.</summary>
    public ViewValue NewArray(StorageClass storage, DeviceType element, int length)
    {
        var type = Builder.Array(Module.Types.Value(element), length);
        var variable = storage == StorageClass.Function ? Code.Variable(type) : Builder.Variable(storage, type);
        return new ViewValue(new ViewRoot(variable, storage, element, length, -1));
    }

    private Value? Intrinsic(IMethodSymbol method, IOperation? instance, IReadOnlyList<IArgumentOperation> arguments, IOperation operation)
    {
        if (!IntrinsicTable.TryGet(typeArguments.Close(method), out var code))
            return null;
        var operations = (instance is null ? [] : new[] { instance }).Concat(arguments.OrderBy(argument => argument.Parameter!.Ordinal).Select(argument => argument.Value)).ToArray();
        return code(new IntrinsicCall(this, method, [.. operations.Select(argument => (Func<Value>)(() => Evaluate(argument)))], operations, operation));
    }

    private Value? Intrinsic(IMethodSymbol method, Func<Value>[] arguments, IOperation operation) =>
        IntrinsicTable.TryGet(typeArguments.Close(method), out var code) ? code(new IntrinsicCall(this, method, arguments, [], operation)) : null;

    /// <summary>The memory that an argument names.</summary>
    public Place PlaceOfArgument(IOperation argument) => PlaceOf(argument);

    public DeviceType ReadType(ITypeSymbol type, IOperation operation) => Read(type, operation.Syntax.GetLocation());

    /// <summary>Brings a number to another type, as a cast does.</summary>
    public Value Cast(Value value, DeviceType type) => Converted(value, type);

    public uint IndexOf(Value value) => Index(value);

    /// <summary>Calls an operator or an accessor whose arguments are values.</summary>
    private Value CallSource(IMethodSymbol method, IOperation? instance, IReadOnlyList<Value> arguments, IOperation operation)
    {
        var target = Target(method, instance, operation);
        var pieces = arguments.Select(argument => new Argument(argument, null)).ToArray();
        return Invoke(target, ReceiverOf(instance), pieces, operation, SelfOf(target, instance, operation));
    }

    /// <summary>Calls a function of the compiler's own library.</summary>
    public Value CallLibrary(string name, params Value[] arguments) =>
        Invoke(Module.Source.LibraryMethod(name), null, [.. arguments.Select(argument => new Argument(argument, null))], null, null);

    private Value CallSource(IMethodSymbol method, IOperation? instance, IReadOnlyList<IArgumentOperation> arguments, IOperation operation, Value? last = null)
    {
        var target = Target(method, instance, operation);
        var receiver = ReceiverOf(instance);
        var pieces = new Argument[target.Parameters.Length];
        foreach (var argument in arguments)
        {
            pieces[argument.Parameter!.Ordinal] = argument.Parameter.RefKind is RefKind.Ref or RefKind.Out && TryPlaceOf(argument.Value) is { } place
                ? new Argument(null, Pin(place))
                : argument.Parameter.RefKind is RefKind.Ref or RefKind.Out && argument.Value is not IDiscardOperation
                    ? new Argument(Evaluate(argument.Value) is EmptyValue empty ? empty : throw Unsupported(argument, "a reference to what is no variable", "a variable, a field of one, or an element of a view"), null)
                    : argument.Value is IDiscardOperation
                        ? new Argument(null, NewVariable(Read(argument.Parameter.Type, argument.Syntax.GetLocation())))
                        : new Argument(Evaluate(argument.Value), null);
        }

        if (last is not null)
            pieces[pieces.Length - 1] = new Argument(last, null);
        return Invoke(target, receiver, pieces, operation, SelfOf(target, instance, operation));
    }

    // As in C#, what a method is called on is known before its arguments, but read after them.
    private Argument? ReceiverOf(IOperation? instance) => instance is null ? null
        : TryPlaceOf(instance) is { } place ? new Argument(null, Pin(place))
        : new Argument(Evaluate(instance), null);

    private Value Invoke(IMethodSymbol target, Argument? receiver, Argument[] arguments, IOperation? operation, ITypeSymbol? self)
    {
        var location = operation?.Syntax.GetLocation() ?? Location.None;
        var views = arguments.Select(argument => argument.Value is ViewValue view ? ViewShape.Of(view) : null).ToArray();
        var function = Module.Function(
            new FunctionKey(target, views, target.MethodKind == MethodKind.LocalFunction ? typeArguments : null, self), location);

        var ids = new List<uint>();
        var copies = new List<(Place From, Place To)>();
        if (function.Receiver == Passing.Pointer)
            ids.Add(ByPointer(receiver!.Value.Place ?? Temporary(receiver.Value.Value!), RefKind.Ref, copies));
        else if (function.Receiver == Passing.Value)
            ids.Add((receiver!.Value.Value ?? Load(receiver.Value.Place!)).Id);
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].Value is ViewValue view)
            {
                if (view.Root.Storage == StorageClass.Function)
                    ids.Add(view.Root.Variable);
                if (view.Offset != 0)
                    ids.Add(view.Offset);
                if (view.Length != 0)
                    ids.Add(view.Length);
            }
            else if (arguments[i].Place is { } place)
            {
                if (!place.Type.IsEmpty)
                    ids.Add(ByPointer(place, target.Parameters[i].RefKind, copies));
            }
            else if (!arguments[i].Value!.Type.IsEmpty)
            {
                ids.Add(arguments[i].Value!.Id);
            }
        }

        var result = Code.Add(Op.FunctionCall, function.Result.IsEmpty ? Builder.Void : Module.Types.Value(function.Result), [function.Id, .. ids]);
        foreach (var (from, to) in copies)
            Store(to, Load(from));
        return function.Result.IsEmpty ? new EmptyValue(function.Result) : new Register(result, function.Result);
    }

    private Place Temporary(Value value)
    {
        var place = NewVariable(value.Type);
        Store(place, value);
        return place;
    }

    // Pointers to whole variables may be passed on; what is part of something or in another memory is copied there and back.
    private uint ByPointer(Place place, RefKind kind, List<(Place From, Place To)> copies)
    {
        if (place.Storage == StorageClass.Function && place.Indices.Count == 0 && !pinned.Contains(place.Variable))
            return place.Variable;
        var copy = NewVariable(place.Type);
        if (kind != RefKind.Out)
            Store(copy, Load(place));
        copies.Add((copy, place));
        return copy.Variable;
    }

    /// <summary>The method that is called, with interfaces resolved to the struct's own methods.</summary>
    private IMethodSymbol Target(IMethodSymbol method, IOperation? instance, IOperation operation)
    {
        var target = typeArguments.Close(method);
        var receiver = instance?.Type ?? ConstrainedTo(operation);
        if (target.ContainingType.TypeKind == TypeKind.Interface && receiver is not null)
        {
            var definition = target.ConstructedFrom;
            var implementation = typeArguments.Close(receiver).FindImplementationForInterfaceMember(definition) as IMethodSymbol;
            if (implementation is null)
                throw Unsupported(operation, $"a call of {target.ToDisplayString()}", "a call of a struct's method");
            target = target.Arity == 0 ? implementation : implementation.Construct([.. target.TypeArguments]);
        }

        if (target is { IsStatic: false, ContainingType.TypeKind: not (TypeKind.Struct or TypeKind.Interface), MethodKind: not MethodKind.LocalFunction })
            throw Unsupported(operation, $"a method of the class {target.ContainingType?.Name}", "static methods and methods of structs");
        if (target.MethodKind == MethodKind.DelegateInvoke)
            throw Unsupported(operation, "a lambda or delegate", "a struct that implements an interface, as type argument");
        return target;
    }

    /// <summary>The struct that an interface's own implementation is called for.</summary>
    private ITypeSymbol? SelfOf(IMethodSymbol target, IOperation? instance, IOperation operation) =>
        target.ContainingType?.TypeKind == TypeKind.Interface && (instance?.Type ?? ConstrainedTo(operation)) is { } type ? typeArguments.Close(type) : null;

    /// <summary>The parts that a value is taken into by its Deconstruct method.</summary>
    private Value[] Deconstructed(IMethodSymbol method, Value whole, IOperation operation)
    {
        var target = typeArguments.Close(method.ReducedFrom ?? method);
        var types = target.Parameters.Skip(target.IsStatic ? 1 : 0).Select(parameter => Read(parameter.Type, operation.Syntax.GetLocation())).ToArray();
        if (target.IsImplicitlyDeclared && target.ContainingType.GetMembers() is var members)
            return [.. target.Parameters.Select((parameter, i) => members.OfType<IPropertySymbol>().First(member => member.Name == parameter.Name) is var property && BackingField(property) is { } field
                ? FieldOf(whole, field.Name, types[i])
                : throw Unsupported(operation, "a record's property with a body", "one assignment per element"))];
        var parts = types.Select(NewVariable).ToArray();
        var receiver = new Argument(whole, null);
        var arguments = parts.Select(part => new Argument(null, part));
        Invoke(target, target.IsStatic ? null : receiver, target.IsStatic ? [receiver, .. arguments] : [.. arguments], operation, null);
        return [.. parts.Select(Load)];
    }

    private static ITypeSymbol? ConstrainedTo(IOperation operation) => operation switch
    {
        IInvocationOperation invocation => invocation.ConstrainedToType,
        IPropertyReferenceOperation property => property.ConstrainedToType,
        IBinaryOperation binary => binary.ConstrainedToType,
        IUnaryOperation unary => unary.ConstrainedToType,
        IConversionOperation conversion => conversion.ConstrainedToType,
        ICompoundAssignmentOperation compound => compound.ConstrainedToType,
        _ => null,
    };

    private readonly record struct Argument(Value? Value, Place? Place);
}
