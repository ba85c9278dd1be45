using ComputeCore.Kernels.Compiler.Diagnostics;
using ComputeCore.Kernels.Compiler.Functions;
using Microsoft.CodeAnalysis;

namespace ComputeCore.Kernels.Compiler.Modules;

/// <summary>A module, and what kept it from being made.</summary>
/// <param name="Module">The SPIR-V module's bytes; empty if there are errors.</param>
/// <param name="Errors">What can't be compiled.</param>
internal sealed record CompiledModule(byte[] Module, IReadOnlyList<KernelError> Errors);

/// <summary>Makes a SPIR-V module of a kernel, or of all device functions of an assembly.</summary>
internal static class KernelCompiler
{
    /// <summary>Compiles a kernel for given type arguments.</summary>
    public static CompiledModule Kernel(Compilation compilation, IMethodSymbol kernel, IReadOnlyList<ITypeSymbol> typeArguments)
    {
        var module = new ModuleCompiler(compilation, compilation.Options.OptimizationLevel == OptimizationLevel.Debug);
        var method = typeArguments.Count == 0 ? kernel : kernel.Construct([.. typeArguments]);
        try
        {
            var entry = EntryPointCompiler.Compile(module, method);
            module.DeclareWorkGroupSize();
            module.Builder.EntryPoint(entry, "main", module.Inputs);
        }
        catch (KernelException exception)
        {
            module.Report(exception.Error);
        }

        return Finish(module);
    }

    /// <summary>Compiles methods into a library with one exported function each.</summary>
    public static CompiledModule Library(Compilation compilation, IEnumerable<IMethodSymbol> methods)
    {
        var module = new ModuleCompiler(compilation, isDebug: false);
        foreach (var method in methods)
        {
            try
            {
                var function = module.Function(new FunctionKey(method, []), method.Locations[0]);
                module.Builder.Export(function.Id, $"{method.ContainingType.ToDisplayString()}.{method.Name}");
            }
            catch (KernelException exception)
            {
                module.Report(exception.Error);
            }
        }

        return Finish(module);
    }

    private static CompiledModule Finish(ModuleCompiler module) =>
        new(module.Errors.Count == 0 ? module.Builder.ToBytes() : [], module.Errors);
}
