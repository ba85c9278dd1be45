using System.Linq.Expressions;
using System.Reflection;
using ComputeCore.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace ComputeCore.Ilgpu;

/// <summary>
/// Compiles kernels, each once, and binds them to their arguments. A bound launch is a delegate that holds its arguments in their
/// own types, so that running it boxes and allocates nothing.
/// </summary>
internal sealed class KernelLaunchers(string device, Accelerator accelerator) : IDisposable
{
    private static readonly MethodInfo ViewOfMethod =
        typeof(KernelLaunchers).GetMethod(nameof(ViewOf), BindingFlags.NonPublic | BindingFlags.Static)!;

    private static readonly MethodInfo CreateDelegateMethod = typeof(Kernel).GetMethod(nameof(Kernel.CreateLauncherDelegate))!;

    private readonly Dictionary<KernelMethod, (Kernel Kernel, Delegate Launcher)> compiled = [];

    /// <summary>The kernels compiled so far.</summary>
    public IReadOnlyCollection<KernelMethod> Compiled => compiled.Keys;

    /// <summary>Makes a delegate that queues the dispatch.</summary>
    public Action Bind(KernelDispatch dispatch)
    {
        var (_, launcher) = Compile(dispatch.Method);
        var config = new KernelConfig(
            new Index3D(dispatch.Grid.X, dispatch.Grid.Y, dispatch.Grid.Z),
            new Index3D(dispatch.Group.X, dispatch.Group.Y, dispatch.Group.Z));
        var arguments = dispatch.Arguments.Select((argument, i) => argument.Memory is IlgpuMemory memory
            ? ViewOfMethod.MakeGenericMethod(dispatch.Method.Parameters[i].Type).Invoke(null, [memory, argument])!
            : argument.Scalar!);
        var constants = new object[] { accelerator.DefaultStream, config }.Concat(arguments);
        var types = launcher.GetType().GetMethod("Invoke")!.GetParameters().Select(parameter => parameter.ParameterType);
        var call = Expression.Invoke(Expression.Constant(launcher), constants.Zip(types, Expression.Constant));
        return Expression.Lambda<Action>(call).Compile();
    }

    public void Dispose()
    {
        foreach (var (kernel, _) in compiled.Values)
            kernel.Dispose();
        compiled.Clear();
    }

    private static ArrayView<T> ViewOf<T>(IlgpuMemory memory, KernelArgument argument)
        where T : unmanaged => memory.Slice(argument.Offset, argument.Bytes).Cast<T>();

    private (Kernel Kernel, Delegate Launcher) Compile(KernelMethod method)
    {
        if (compiled.TryGetValue(method, out var known))
            return known;
        return compiled[method] = Failures.Guard(device, () =>
        {
            var kernel = accelerator.LoadKernel(method.Method);
            var type = Expression.GetDelegateType(
            [
                typeof(AcceleratorStream), typeof(KernelConfig),
                .. method.Method.GetParameters().Select(parameter => parameter.ParameterType), typeof(void),
            ]);
            return (kernel, (Delegate)CreateDelegateMethod.MakeGenericMethod(type).Invoke(kernel, null)!);
        });
    }
}
