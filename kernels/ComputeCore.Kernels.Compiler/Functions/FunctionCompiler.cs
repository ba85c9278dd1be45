using ComputeCore.Kernels.Compiler.Diagnostics;
using ComputeCore.Kernels.Compiler.Modules;
using ComputeCore.Kernels.Compiler.Types;
using ComputeCore.Kernels.Compiler.Values;
using ComputeCore.Kernels.Spirv;
using Microsoft.CodeAnalysis;

namespace ComputeCore.Kernels.Compiler.Functions;

/// <summary>
/// Compiles the body of one method. C#'s control flow is structured, and so is SPIR-V's: each statement becomes its construct,
/// without any analysis of flow. Variables are variables of the function, which drivers turn into registers, unless they never
/// change.
/// </summary>
internal sealed partial class FunctionCompiler
{
    private readonly Dictionary<ISymbol, object> symbols = new(SymbolEqualityComparer.Default);
    private readonly HashSet<ISymbol> broken = new(SymbolEqualityComparer.Default);
    private readonly TypeArguments typeArguments;
    private readonly MutatedSymbols mutated;

    private FunctionCompiler(ModuleCompiler module, FunctionBuilder function, TypeArguments typeArguments, MutatedSymbols mutated, DeviceType result)
    {
        Module = module;
        Code = function;
        this.typeArguments = typeArguments;
        this.mutated = mutated;
        Result = result;
    }

    public ModuleCompiler Module { get; }

    public FunctionBuilder Code { get; }

    public ModuleBuilder Builder => Module.Builder;

    private DeviceType Result { get; }

    /// <summary>The struct that the method is one of: a <see cref="Value"/> or a <see cref="Place"/>.</summary>
    private object? Receiver { get; set; }

    /// <summary>Compiles a method that others call.</summary>
    public static CompiledFunction Compile(ModuleCompiler module, FunctionKey key, Location caller)
    {
        var method = key.Method;
        var types = new TypeArguments(method, key.Outer, key.Self);
        var isConstructor = method.MethodKind == MethodKind.Constructor;
        var body = module.Source.Body(method);
        if (body is null && !isConstructor)
            throw new KernelException(KernelDiagnostics.NoSource, caller, method.ToDisplayString());

        var fields = isConstructor ? module.Source.FieldInitializers(method.ContainingType).ToArray() : [];
        var mutated = new MutatedSymbols(fields.Select(field => field.Value).Concat(body is null ? [] : [body]));
        DeviceType Read(ITypeSymbol type) => type.SpecialType == SpecialType.System_Void ? VoidType.Instance : module.TypeReader.Read(types.Close(type), caller);

        var owner = method.IsStatic && !isConstructor || method.MethodKind == MethodKind.LocalFunction ? null : Read(key.Self ?? method.ContainingType);
        var result = isConstructor ? owner! : Read(method.ReturnType);
        if (result is ViewType || method.RefKind != RefKind.None)
            throw new KernelException(KernelDiagnostics.Returned, caller, method.Name);
        var passing = owner is null || owner.IsEmpty || isConstructor ? Passing.None : mutated.Receiver && key.Self is null ? Passing.Pointer : Passing.Value;

        var parameters = new List<uint>();
        if (passing != Passing.None)
            parameters.Add(passing == Passing.Pointer ? Pointer(module, owner!) : module.Types.Value(owner!));
        for (var i = 0; i < method.Parameters.Length; i++)
            parameters.AddRange(ParameterTypes(module, method.Parameters[i], key.Views.Count > i ? key.Views[i] : null, Read));

        var resultType = result.IsEmpty ? module.Builder.Void : module.Types.Value(result);
        var code = new FunctionBuilder(module.Builder, resultType, parameters);
        if (module.IsDebug)
            module.Builder.Name(code.Id, method.Name);
        var compiler = new FunctionCompiler(module, code, types, mutated, result);
        var ids = new Queue<uint>(code.Parameters);
        if (passing != Passing.None)
            compiler.Receiver = passing == Passing.Pointer
                ? new Place(ids.Dequeue(), StorageClass.Function, [], owner!)
                : new Register(ids.Dequeue(), owner!);
        else if (owner is not null && !isConstructor)
            compiler.Receiver = new EmptyValue(owner);
        // An interface's own implementation works on a copy: C# boxes the struct.
        if (passing == Passing.Value && mutated.Receiver)
            compiler.Receiver = compiler.Temporary((Value)compiler.Receiver!);
        for (var i = 0; i < method.Parameters.Length; i++)
            compiler.BindParameter(method.Parameters[i].OriginalDefinition, key.Views.Count > i ? key.Views[i] : null, Read(method.Parameters[i].Type), ids);

        if (isConstructor)
            compiler.ConstructorBody(method, fields, body);
        else
            compiler.MethodBody(body!);
        module.Builder.Add(code);
        return new CompiledFunction(code.Id, result, passing);
    }

    /// <summary>Compiles a kernel's body, its parameters bound already by <paramref name="bind"/>.</summary>
    public static uint CompileEntryPoint(ModuleCompiler module, IMethodSymbol kernel, Func<FunctionCompiler, IParameterSymbol, DeviceType, Value> bind)
    {
        var location = kernel.Locations[0];
        var body = module.Source.Body(kernel) ?? throw new KernelException(KernelDiagnostics.NoSource, location, kernel.Name);
        var types = new TypeArguments(kernel, null, null);
        var code = new FunctionBuilder(module.Builder, module.Builder.Void, []);
        var compiler = new FunctionCompiler(module, code, types, new MutatedSymbols([body]), VoidType.Instance);
        foreach (var parameter in kernel.Parameters)
        {
            var type = module.TypeReader.Read(types.Close(parameter.Type), parameter.Locations[0]);
            compiler.Declare(parameter.OriginalDefinition, bind(compiler, parameter, type));
        }

        compiler.MethodBody(body);
        module.Builder.Add(code);
        return code.Id;
    }

    private static uint Pointer(ModuleCompiler module, DeviceType type) => module.Builder.Pointer(StorageClass.Function, module.Types.Value(type));

    private static IEnumerable<uint> ParameterTypes(ModuleCompiler module, IParameterSymbol parameter, ViewShape? view, Func<ITypeSymbol, DeviceType> read)
    {
        if (view is not null)
        {
            if (view.IsPrivate)
                yield return module.Builder.Pointer(StorageClass.Function, module.Builder.Array(module.Types.Value(view.Root.Vector ?? view.Root.Element), view.Root.Length / view.Root.Components));
            if (view.HasOffset)
                yield return module.Builder.Int(32);
            if (view.HasLength)
                yield return module.Builder.Int(32);
        }
        else if (read(parameter.Type) is { IsEmpty: false } type)
        {
            yield return parameter.RefKind is RefKind.Ref or RefKind.Out ? Pointer(module, type) : module.Types.Value(type);
        }
    }

    private void BindParameter(IParameterSymbol parameter, ViewShape? view, DeviceType type, Queue<uint> ids)
    {
        if (view is not null)
        {
            var root = view.IsPrivate ? view.Root with { Variable = ids.Dequeue() } : view.Root;
            symbols[parameter] = new ViewValue(root, view.HasOffset ? ids.Dequeue() : 0, view.HasLength ? ids.Dequeue() : 0);
        }
        else if (type.IsEmpty)
        {
            symbols[parameter] = new EmptyValue(type);
        }
        else if (parameter.RefKind is RefKind.Ref or RefKind.Out)
        {
            symbols[parameter] = new Place(ids.Dequeue(), StorageClass.Function, [], type);
        }
        else
        {
            Declare(parameter, new Register(ids.Dequeue(), type));
        }
    }

    /// <summary>Gives a symbol its first value: for good, or in a variable if it will change.</summary>
    private void Declare(ISymbol symbol, Value value)
    {
        if (value is ViewValue or EmptyValue || !mutated.Contains(symbol))
        {
            symbols[symbol] = value;
            return;
        }

        Store(DeclareVariable(symbol, value.Type), value);
    }

    private Place DeclareVariable(ISymbol symbol, DeviceType type)
    {
        var place = NewVariable(type);
        if (Module.IsDebug)
            Builder.Name(place.Variable, symbol.Name);
        symbols[symbol] = place;
        return place;
    }

    private Place NewVariable(DeviceType type) => new(Code.Variable(Module.Types.Value(type)), StorageClass.Function, [], type);

    private void MethodBody(IOperation body)
    {
        Statement(body);
        if (Result.IsEmpty)
            Code.Terminate(Op.Return);
        else
            Code.Terminate(Op.Unreachable);
    }

    private void ConstructorBody(IMethodSymbol constructor, IEnumerable<(IFieldSymbol Field, IOperation Value)> fields, IOperation? body)
    {
        if (Result.IsEmpty)
        {
            Code.Terminate(Op.Return);
            return;
        }

        var place = NewVariable(Result);
        Receiver = place;
        Store(place, Zero(Result));
        foreach (var (field, value) in fields)
            StoreField(place, field.Name, Evaluate(value));
        if (body is not null)
            Statement(body);
        else
            foreach (var parameter in constructor.Parameters)
                if (constructor.ContainingType.GetMembers(parameter.Name).OfType<IPropertySymbol>().FirstOrDefault() is { } property)
                    StoreField(place, BackingField(property)!.Name, Symbol(parameter.OriginalDefinition, parameter.Locations[0]));
        Code.Terminate(Op.ReturnValue, Load(place).Id);
    }

    private void StoreField(Place place, string name, Value value)
    {
        if (FieldOf(place, name) is { } field)
            Store(field, value);
    }

    /// <summary>The type of an expression.</summary>
    private DeviceType TypeOf(IOperation operation) => Read(operation.Type ?? throw Unsupported(operation, "this expression"), operation.Syntax.GetLocation());

    private DeviceType Read(ITypeSymbol type, Location location) =>
        type.SpecialType == SpecialType.System_Void ? VoidType.Instance : Module.TypeReader.Read(typeArguments.Close(type), location);

    private static KernelException Unsupported(IOperation operation, string what, string instead = "simple statements and expressions of numbers and structs") =>
        new(KernelDiagnostics.Unsupported, operation.Syntax.GetLocation(), what, instead);
}
