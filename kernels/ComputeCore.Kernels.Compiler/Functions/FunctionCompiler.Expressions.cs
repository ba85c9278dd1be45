using ComputeCore.Kernels.Compiler.Diagnostics;
using ComputeCore.Kernels.Compiler.Types;
using ComputeCore.Kernels.Compiler.Values;
using ComputeCore.Kernels.Spirv;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace ComputeCore.Kernels.Compiler.Functions;

// Expressions other than operators and calls.
internal sealed partial class FunctionCompiler
{
    // What `new T { ... }` and `with { ... }` are filling in.
    private readonly Stack<Place> initialized = new();

    // Static fields whose values are being computed.
    private readonly HashSet<IFieldSymbol> open = new(SymbolEqualityComparer.Default);

    /// <summary>Evaluates for side effects only.</summary>
    private void Discard(IOperation operation)
    {
        switch (operation)
        {
            case ISimpleAssignmentOperation assignment:
                Assign(assignment);
                break;
            case ICompoundAssignmentOperation assignment:
                Compound(assignment);
                break;
            case IIncrementOrDecrementOperation step:
                Step(step);
                break;
            case IDeconstructionAssignmentOperation deconstruction:
                Deconstruct(deconstruction);
                break;
            case IInvocationOperation invocation:
                Call(invocation);
                break;
            case IMemberInitializerOperation member:
                Fill(PlaceOf(member.InitializedMember), member.Initializer);
                break;
            case IConversionOperation { Operand: { } operand } when operation.Type is null:
                Discard(operand);
                break;
            default:
                Evaluate(operation);
                break;
        }
    }

    public Value Evaluate(IOperation operation)
    {
        if (operation.ConstantValue is { HasValue: true, Value: { } constant } && TypeOf(operation) is ScalarType scalar)
            return Constant(scalar, constant);
        return operation switch
        {
            IParenthesizedOperation parenthesized => Evaluate(parenthesized.Operand),
            ILocalReferenceOperation local => Symbol(local.Local, local.Syntax.GetLocation()),
            IParameterReferenceOperation parameter => Symbol(parameter.Parameter, parameter.Syntax.GetLocation()),
            IInstanceReferenceOperation instance => Instance(instance),
            IFieldReferenceOperation field => FieldReference(field),
            IPropertyReferenceOperation property => PropertyReference(property),
            IUnaryOperation unary => Unary(unary),
            IBinaryOperation binary => Binary(binary),
            ITupleBinaryOperation comparison => new Register(
                Same(Evaluate(comparison.LeftOperand), Evaluate(comparison.RightOperand), comparison.OperatorKind, comparison), ScalarType.Bool),
            IConversionOperation conversion => Conversion(conversion),
            IConditionalOperation conditional => Ternary(conditional),
            IInvocationOperation invocation => Call(invocation),
            IObjectCreationOperation creation => Creation(creation),
            IDefaultValueOperation or ITypeParameterObjectCreationOperation => Zero(TypeOf(operation)),
            IWithOperation with => Initialize(Evaluate(with.Operand), with.Initializer!),
            ITupleOperation tuple => Tuple(tuple),
            ISimpleAssignmentOperation assignment => Assign(assignment),
            ICompoundAssignmentOperation assignment => Compound(assignment),
            IIncrementOrDecrementOperation step => Step(step),
            IIsPatternOperation pattern => new Register(Match(pattern.Pattern, Evaluate(pattern.Value)), ScalarType.Bool),
            ISwitchExpressionOperation choice => SwitchExpression(choice),
            IDelegateCreationOperation or IAnonymousFunctionOperation => throw Unsupported(operation, "a lambda or delegate", "a struct that implements an interface, as type argument"),
            IThrowOperation => throw Unsupported(operation, "an exception", "a value that tells of the failure, or a check before the launch"),
            IInterpolatedStringOperation or ILiteralOperation => throw Unsupported(operation, "a string or null", "numbers"),
            IArrayElementReferenceOperation or IArrayCreationOperation => throw Unsupported(operation, "an array", "LocalMemory.Allocate<T>(n) or SharedMemory.Allocate<T>(n)"),
            ISizeOfOperation size => Constant(ScalarType.I32, Read(size.TypeOperand, size.Syntax.GetLocation()).Size),
            _ when operation.Syntax is StackAllocArrayCreationExpressionSyntax or ImplicitStackAllocArrayCreationExpressionSyntax =>
                throw Unsupported(operation, "stackalloc", "LocalMemory.Allocate<T>(n)"),
            _ => throw Unsupported(operation, "this expression"),
        };
    }

    /// <summary>A number as a constant of the module.</summary>
    public Value Constant(ScalarType type, object value)
    {
        var id = type.Kind switch
        {
            ScalarKind.Bool => Builder.Constant((bool)value),
            ScalarKind.F32 or ScalarKind.F16 => Builder.Constant(Module.Types.Value(type), BitConverter.ToUInt32(BitConverter.GetBytes(Convert.ToSingle(value)), 0)),
            ScalarKind.F64 => Wide(BitConverter.DoubleToInt64Bits(Convert.ToDouble(value))),
            ScalarKind.I64 => Wide(Convert.ToInt64(value)),
            ScalarKind.U64 => Wide(unchecked((long)Convert.ToUInt64(value))),
            _ => Builder.Constant(Builder.Int(32), unchecked((uint)(value is char character ? character : value is uint or ulong ? (long)Convert.ToUInt64(value) : Convert.ToInt64(value)))),
        };
        if (type.Kind == ScalarKind.I64 && Convert.ToInt64(value) is >= int.MinValue and <= int.MaxValue and var small)
            return new ExtendedValue(Constant(ScalarType.I32, (int)small), () => Wide(small));
        return new Register(id, type);

        uint Wide(long bits) => Builder.Constant(Module.Types.Value(type), unchecked((uint)bits), unchecked((uint)(bits >> 32)));
    }

    private Value Symbol(ISymbol symbol, Location location) => Bound(symbol, location) switch
    {
        Place place => Load(place),
        var value => (Value)value,
    };

    private object Bound(ISymbol symbol, Location location)
    {
        if (symbols.TryGetValue(symbol, out var bound))
            return bound;
        if (broken.Contains(symbol))
            throw new BrokenSymbolException();
        throw new KernelException(KernelDiagnostics.Captured, location, symbol.Name);
    }

    private Value Instance(IInstanceReferenceOperation instance) => instance.ReferenceKind switch
    {
        InstanceReferenceKind.ImplicitReceiver => Load(initialized.Peek()),
        _ => Receiver is Place place ? Load(place) : Receiver as Value ?? throw Unsupported(instance, "this object", "static methods and structs"),
    };

    private Value FieldReference(IFieldReferenceOperation reference)
    {
        var field = reference.Field;
        if (field.IsStatic)
            return StaticField(reference);
        return TryPlaceOf(reference) is { } place
            ? Load(place)
            : FieldOf(Evaluate(reference.Instance!), FieldName(field), TypeOf(reference));
    }

    // A read-only one has the value of its initializer, which is computed where it is asked for.
    private Value StaticField(IFieldReferenceOperation reference)
    {
        if (Module.Source.StaticValue(reference.Field) is not { } value || !open.Add(reference.Field))
            throw new KernelException(KernelDiagnostics.StaticField, reference.Syntax.GetLocation(), reference.Field.Name);
        try
        {
            return Evaluate(value);
        }
        finally
        {
            open.Remove(reference.Field);
        }
    }

    private static string FieldName(IFieldSymbol field) => (field.CorrespondingTupleField ?? field).Name;

    /// <summary>The field behind an automatic property; null if the property has a body.</summary>
    private static IFieldSymbol? BackingField(IPropertySymbol property) => property.ContainingType.OriginalDefinition.GetMembers().OfType<IFieldSymbol>()
        .FirstOrDefault(field => SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property.OriginalDefinition));

    private Value PropertyReference(IPropertyReferenceOperation reference)
    {
        if (TryPlaceOf(reference) is { } place)
            return Load(place);
        if (Intrinsic(reference.Property.GetMethod!, reference.Instance, reference.Arguments, reference) is { } known)
            return known;
        if (StructField(reference) is { } name)
            return FieldOf(Evaluate(reference.Instance!), name, TypeOf(reference));
        return CallSource(reference.Property.GetMethod!, reference.Instance, reference.Arguments, reference);
    }

    // A property that is a field: an automatic one of a struct, or a component of ILGPU's indices.
    private string? StructField(IPropertyReferenceOperation reference)
    {
        var property = reference.Property;
        if (property.IsStatic || property.IsIndexer || reference.Instance?.Type is not { } owner || typeArguments.Close(owner).TypeKind != TypeKind.Struct)
            return null;
        if (property.ContainingType.TypeKind == TypeKind.Interface)
            return (typeArguments.Close(owner).FindImplementationForInterfaceMember(Closed(property)) as IPropertySymbol) is { } implementation
                ? BackingField(implementation)?.Name
                : null;
        return BackingField(property)?.Name
            ?? (property.DeclaringSyntaxReferences.IsEmpty && TypeOf(reference.Instance) is StructType structure && structure.IndexOf(property.Name) >= 0 ? property.Name : null);
    }

    private IPropertySymbol Closed(IPropertySymbol property) => property.ContainingType.IsGenericType
        ? typeArguments.Close(property.ContainingType).GetMembers(property.Name).OfType<IPropertySymbol>()
            .Single(member => SymbolEqualityComparer.Default.Equals(member.OriginalDefinition, property.OriginalDefinition))
        : property;

    /// <summary>The memory that an expression names.</summary>
    private Place PlaceOf(IOperation operation) =>
        TryPlaceOf(operation) ?? throw Unsupported(operation, "a reference to what is no variable", "a variable, a field of one, or an element of a view");

    /// <summary>The memory that an expression names; null if it is a mere value.</summary>
    private Place? TryPlaceOf(IOperation operation)
    {
        switch (operation)
        {
            case IParenthesizedOperation parenthesized:
                return TryPlaceOf(parenthesized.Operand);
            case ILocalReferenceOperation local:
                return Bound(local.Local, local.Syntax.GetLocation()) as Place;
            case IParameterReferenceOperation parameter:
                return Bound(parameter.Parameter, parameter.Syntax.GetLocation()) as Place;
            case IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ImplicitReceiver }:
                return initialized.Peek();
            case IInstanceReferenceOperation:
                return Receiver as Place;
            case IFieldReferenceOperation { Instance: { } instance } field when TryPlaceOf(instance) is { } whole:
                return FieldOf(whole, FieldName(field.Field)) is { Type: not VoidType } place ? place : null;
            case IPropertyReferenceOperation { Property.IsIndexer: true, Instance: { Type: { } type } instance } element when ViewElementOf(type) is not null:
                return Element((ViewValue)Evaluate(instance), element.Arguments[0].Value);
            case IPropertyReferenceOperation { Instance: { } instance } property when StructField(property) is { } name && TryPlaceOf(instance) is { } owner:
                return FieldOf(owner, name);
            case IDeclarationExpressionOperation { Expression: ILocalReferenceOperation local }:
                return DeclareVariable(local.Local, TypeOf(local));
            case IInvocationOperation invocation:
                return ReferenceCall(invocation);
            default:
                return null;
        }
    }

    private ITypeSymbol? ViewElementOf(ITypeSymbol type) => Generation.KernelDeclaration.ViewElement(typeArguments.Close(type));

    private Place Element(ViewValue view, IOperation index) => Element(view, Index(Evaluate(index)));

    /// <summary>An element of a view, by a 32-bit index.</summary>
    private Place Element(ViewValue view, uint index)
    {
        var at = view.Offset == 0 ? index : Code.Add(Op.IAdd, Builder.Int(32), index, view.Offset);
        if (view.Root.Vector is not null)
        {
            var components = Builder.Constant(view.Root.Components);
            return new Place(
                view.Root.Variable,
                view.Root.Storage,
                [Code.Add(Op.UDiv, Builder.Int(32), at, components), Code.Add(Op.UMod, Builder.Int(32), at, components)],
                view.Root.Element);
        }

        return view.Root.Binding < 0
            ? new Place(view.Root.Variable, view.Root.Storage, [at], view.Root.Element)
            : new Place(view.Root.Variable, view.Root.Storage, [Builder.Constant(0), at], view.Root.Element, TypeWriter.ElementAlignment(view.Root.Element));
    }

    /// <summary>An index of any integer type, or one of ILGPU's, in 32 bits.</summary>
    private uint Index(Value index) => index switch
    {
        ExtendedValue extended => extended.Narrow.Id,
        { Type: StructType } => Index(FieldOf(index, 0)),
        { Type: ScalarType { RegisterBits: 64 } } => Code.Add(Op.UConvert, Builder.Int(32), index.Id),
        _ => index.Id,
    };

    private Value Ternary(IConditionalOperation conditional)
    {
        if (conditional.Condition.ConstantValue is { HasValue: true, Value: bool known })
            return Evaluate(known ? conditional.WhenTrue : conditional.WhenFalse!);
        var condition = Evaluate(conditional.Condition).Id;
        var type = TypeOf(conditional);
        if (type is ScalarType && IsCheap(conditional.WhenTrue) && IsCheap(conditional.WhenFalse!))
            return new Register(
                Code.Add(Op.Select, Module.Types.Value(type), condition, Evaluate(conditional.WhenTrue).Id, Evaluate(conditional.WhenFalse!).Id), type);
        if (type is ViewType)
            throw new KernelException(KernelDiagnostics.ViewChosen, conditional.Syntax.GetLocation());
        return Choose(condition, type, () => Evaluate(conditional.WhenTrue), () => Evaluate(conditional.WhenFalse!));
    }

    /// <summary>Evaluates one of two expressions.</summary>
    private Value Choose(uint condition, DeviceType type, Func<Value> then, Func<Value> otherwise)
    {
        var (whenTrue, whenFalse, merge) = (Builder.NewId(), Builder.NewId(), Builder.NewId());
        Code.Do(Op.SelectionMerge, merge, 0);
        Code.BranchConditional(condition, whenTrue, whenFalse);
        var (first, firstEnd) = Arm(whenTrue, then);
        var (second, secondEnd) = Arm(whenFalse, otherwise);
        Code.Label(merge);
        return type.IsEmpty
            ? new EmptyValue(type)
            : new Register(Code.Add(Op.Phi, Module.Types.Value(type), first, firstEnd, second, secondEnd), type);

        (uint Id, uint End) Arm(uint label, Func<Value> value)
        {
            Code.Label(label);
            var result = value();
            var id = result.Type.IsEmpty ? 0 : result.Id;
            var end = Code.Block;
            Code.Branch(merge);
            return (id, end);
        }
    }

    /// <summary>
    /// Whether an expression may be evaluated even if its value isn't asked for: it touches no memory but variables, and is little work.
    /// </summary>
    private bool IsCheap(IOperation operation) => operation switch
    {
        { ConstantValue.HasValue: true } => true,
        ILocalReferenceOperation local => Bound(local.Local, local.Syntax.GetLocation()) is Value or Place { Storage: StorageClass.Function },
        IParameterReferenceOperation parameter => Bound(parameter.Parameter, parameter.Syntax.GetLocation()) is Value or Place { Storage: StorageClass.Function },
        IParenthesizedOperation parenthesized => IsCheap(parenthesized.Operand),
        IFieldReferenceOperation { Instance: { } instance } => IsCheap(instance),
        IInstanceReferenceOperation => true,
        IConversionOperation { OperatorMethod: null } conversion => IsCheap(conversion.Operand),
        IUnaryOperation { OperatorMethod: null } unary => IsCheap(unary.Operand),
        IBinaryOperation { OperatorMethod: null, OperatorKind: not (BinaryOperatorKind.Divide or BinaryOperatorKind.Remainder) } binary =>
            IsCheap(binary.LeftOperand) && IsCheap(binary.RightOperand),
        _ => false,
    };

    private Value Creation(IObjectCreationOperation creation)
    {
        var type = TypeOf(creation);
        var constructor = creation.Constructor;
        var value = constructor is null || constructor.IsImplicitlyDeclared
            ? Zero(type)
            : Intrinsic(constructor, null, creation.Arguments, creation) ?? CallSource(constructor, null, creation.Arguments, creation);
        return creation.Initializer is null ? value : Initialize(value, creation.Initializer);
    }

    private Value Initialize(Value value, IObjectOrCollectionInitializerOperation initializer)
    {
        if (value.Type.IsEmpty)
            return value;
        if (initializer.Initializers.All(member => Member(member) is not null))
        {
            // The common form needs no variable: fields, each given once.
            var structure = (StructType)value.Type;
            var given = initializer.Initializers.ToDictionary(
                member => structure.IndexOf(Member(member)!), member => Evaluate(((ISimpleAssignmentOperation)member).Value));
            return Compose(structure, i => given.TryGetValue(i, out var field) ? field : FieldOf(value, i));
        }

        var place = NewVariable(value.Type);
        Store(place, value);
        Fill(place, initializer);
        return Load(place);
    }

    private void Fill(Place place, IObjectOrCollectionInitializerOperation initializer)
    {
        initialized.Push(place);
        foreach (var member in initializer.Initializers)
            Discard(member);
        initialized.Pop();
    }

    private string? Member(IOperation member)
    {
        var name = member is not ISimpleAssignmentOperation assignment ? null : assignment.Target switch
        {
            IFieldReferenceOperation { Instance: IInstanceReferenceOperation } field => field.Field.Name,
            IPropertyReferenceOperation { Instance: IInstanceReferenceOperation } property => BackingField(property.Property)?.Name,
            _ => null,
        };
        return name is not null && TypeOf(((ISimpleAssignmentOperation)member).Value).IsEmpty ? null : name;
    }

    private Value Tuple(ITupleOperation tuple)
    {
        var type = (StructType)TypeOf(tuple);
        var elements = tuple.Elements.Select(Evaluate).ToArray();
        return Compose(type, i => elements.Where(element => !element.Type.IsEmpty).ElementAt(i));
    }

    private void Deconstruct(IDeconstructionAssignmentOperation deconstruction)
    {
        var target = deconstruction.Target is IDeclarationExpressionOperation declaration ? declaration.Expression : deconstruction.Target;
        if (target is not ITupleOperation targets)
            throw Unsupported(deconstruction, "this deconstruction", "one assignment per element");
        var value = deconstruction.Value is IConversionOperation { Operand: ITupleOperation } conversion ? conversion.Operand : deconstruction.Value;
        Spread(targets, value, Module.Source.Deconstructor(deconstruction));
    }

    private void Spread(ITupleOperation targets, IOperation value, IMethodSymbol? deconstructor)
    {
        // All values are there before the first is assigned: (a, b) = (b, a) swaps.
        Value[] values;
        if (value is ITupleOperation tuple)
        {
            values = [.. tuple.Elements.Select(Evaluate)];
        }
        else if (value.Type is { IsTupleType: true })
        {
            var whole = Evaluate(value);
            values = [.. targets.Elements.Select((_, i) => FieldOf(whole, i))];
        }
        else
        {
            values = Deconstructed(deconstructor ?? throw Unsupported(value, "this deconstruction", "one assignment per element"), Evaluate(value), value);
        }

        for (var i = 0; i < values.Length; i++)
        {
            var element = targets.Elements[i];
            if (element is IDeclarationExpressionOperation { Expression: ILocalReferenceOperation declared })
                Declare(declared.Local, Converted(values[i], TypeOf(element)));
            else if (element is ILocalReferenceOperation { IsDeclaration: true } local)
                Declare(local.Local, Converted(values[i], TypeOf(element)));
            else if (element is not IDiscardOperation)
                Store(PlaceOf(element), Converted(values[i], TypeOf(element)));
        }
    }

    private Value Assign(ISimpleAssignmentOperation assignment)
    {
        if (assignment.Target is IDiscardOperation)
            return Evaluate(assignment.Value);
        if (assignment.IsRef)
            throw Unsupported(assignment, "a reference that is assigned again", "a reference of its own for each variable");
        if (assignment.Value.Type is { } type && ViewElementOf(type) is not null)
            throw new KernelException(KernelDiagnostics.ViewStored, assignment.Syntax.GetLocation(), assignment.Target.Syntax.ToString());
        if (assignment.Target is IPropertyReferenceOperation property && TryPlaceOf(property) is null)
        {
            var given = Evaluate(assignment.Value);
            if (!given.Type.IsEmpty || StructField(property) is null)
                CallSource(property.Property.SetMethod ?? throw Unsupported(assignment, "this property"), property.Instance, property.Arguments, assignment, given);
            return given;
        }

        // The place comes first, as in C#; but an empty field has none.
        var place = TryPlaceOf(assignment.Target);
        var value = Evaluate(assignment.Value);
        if (place is null && !value.Type.IsEmpty)
            throw Unsupported(assignment.Target, "an assignment to what is no variable", "a variable, a field of one, or an element of a view");
        if (place is not null)
            Store(place, value);
        return value;
    }
}
