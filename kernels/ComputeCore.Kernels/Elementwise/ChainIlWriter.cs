using System.Reflection;
using System.Reflection.Emit;
using ComputeCore.Kernels.Elementwise.Functions;
using ComputeCore.Kernels.Mathematics;
using ILGPU;

namespace ComputeCore.Kernels.Elementwise;

/// <summary>Writes chains as IL, in an assembly that exists only in memory.</summary>
internal static class ChainIlWriter
{
    private static readonly Lock Gate = new();

    private static readonly ModuleBuilder Module =
        AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("ComputeCore.Kernels.Chains"), AssemblyBuilderAccess.Run).DefineDynamicModule("Chains");

    private static int written;

    /// <summary>The chain as a static method of the kernel's parameters.</summary>
    public static MethodInfo Write(ElementwiseChain chain, BroadcastGeometry geometry)
    {
        lock (Gate)
        {
            var type = Module.DefineType($"Chain{written++}", TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed);
            ChainInput[] inputs = [.. chain.Values.OfType<ChainInput>()];
            List<Type> views = [.. inputs.Select(input => input.Type), .. chain.Outputs.Select(output => chain.Values[output].Type)];
            if (geometry.HasTable)
                views.Add(typeof(int));
            Type[] parameters = [.. views.Select(ViewOf), typeof(int)];
            var method = type.DefineMethod("Run", MethodAttributes.Public | MethodAttributes.Static, typeof(void), parameters);
            new Body(chain, geometry, inputs.Length, parameters.Length, method.GetILGenerator()).Write();
            return type.CreateType().GetMethod("Run")!;
        }
    }

    private static Type ViewOf(Type element) => typeof(ArrayView<>).MakeGenericType(ElementwiseChain.InMemory(element));

    private sealed class Body(ElementwiseChain chain, BroadcastGeometry geometry, int inputCount, int parameterCount, ILGenerator il)
    {
        private readonly LocalBuilder index = il.DeclareLocal(typeof(int));
        private readonly LocalBuilder[] values = [.. chain.Values.Select(value => il.DeclareLocal(value.Type))];

        public void Write()
        {
            var end = il.DefineLabel();
            Call(typeof(FlatIndex), nameof(FlatIndex.Get));
            il.Emit(OpCodes.Stloc, index);
            il.Emit(OpCodes.Ldloc, index);
            il.Emit(OpCodes.Ldarg, parameterCount - 1);
            il.Emit(OpCodes.Bge, end);

            var coordinates = geometry.HasTable ? WriteCoordinates() : [];
            for (var i = 0; i < values.Length; i++)
            {
                WriteValue(chain.Values[i], coordinates);
                il.Emit(OpCodes.Stloc, values[i]);
            }

            for (var i = 0; i < chain.Outputs.Count; i++)
                WriteStore(inputCount + i, chain.Outputs[i]);
            il.MarkLabel(end);
            il.Emit(OpCodes.Ret);
        }

        // From the innermost axis outward: the quotient goes on, the remainder is the coordinate.
        private LocalBuilder[] WriteCoordinates()
        {
            LocalBuilder[] coordinates = [.. Enumerable.Range(0, geometry.Rank).Select(_ => il.DeclareLocal(typeof(int)))];
            var rest = index;
            for (var axis = geometry.Rank - 1; axis > 0; axis--)
            {
                var quotient = il.DeclareLocal(typeof(int));
                il.Emit(OpCodes.Ldloc, rest);
                WriteTableEntry(geometry.DivisionAt(axis) + 1);
                WriteTableEntry(geometry.DivisionAt(axis) + 2);
                Call(typeof(QuickDivision), nameof(QuickDivision.Quotient));
                il.Emit(OpCodes.Stloc, quotient);

                il.Emit(OpCodes.Ldloc, rest);
                il.Emit(OpCodes.Ldloc, quotient);
                WriteTableEntry(geometry.DivisionAt(axis));
                il.Emit(OpCodes.Mul);
                il.Emit(OpCodes.Sub);
                il.Emit(OpCodes.Stloc, coordinates[axis]);
                rest = quotient;
            }

            coordinates[0] = rest;
            return coordinates;
        }

        private void WriteValue(ChainValue value, LocalBuilder[] coordinates)
        {
            switch (value)
            {
                case ChainInput input:
                    il.Emit(OpCodes.Ldarga, input.Index);
                    WritePlace(input.Index, coordinates);
                    WriteLoad(input.Type);
                    break;
                case ChainConstant constant:
                    il.Emit(OpCodes.Ldc_R4, constant.Value);
                    break;
                case ChainCall call:
                    foreach (var operand in call.Operands)
                        il.Emit(OpCodes.Ldloc, values[operand]);
                    il.Emit(OpCodes.Call, call.Function);
                    break;
            }
        }

        private void WritePlace(int input, LocalBuilder[] coordinates)
        {
            if (geometry.IsWhole(input))
            {
                il.Emit(OpCodes.Ldloc, index);
                return;
            }

            il.Emit(OpCodes.Ldc_I4_0);
            for (var axis = 0; axis < geometry.Rank; axis++)
            {
                if (!geometry.Varies(input, axis))
                    continue;
                il.Emit(OpCodes.Ldloc, coordinates[axis]);
                WriteTableEntry(geometry.StrideAt(input, axis));
                il.Emit(OpCodes.Mul);
                il.Emit(OpCodes.Add);
            }
        }

        private void WriteTableEntry(int entry)
        {
            il.Emit(OpCodes.Ldarga, parameterCount - 2);
            il.Emit(OpCodes.Ldc_I4, entry);
            WriteLoad(typeof(int));
        }

        private void WriteLoad(Type type)
        {
            il.Emit(OpCodes.Call, ViewOf(type).GetMethod("get_Item", [typeof(int)])!);
            il.Emit(OpCodes.Ldobj, ElementwiseChain.InMemory(type));
            if (type == typeof(bool))
                Call(typeof(BoolFunctions), nameof(BoolFunctions.FromByte));
        }

        private void WriteStore(int parameter, int value)
        {
            var type = chain.Values[value].Type;
            il.Emit(OpCodes.Ldarga, parameter);
            il.Emit(OpCodes.Ldloc, index);
            il.Emit(OpCodes.Call, ViewOf(type).GetMethod("get_Item", [typeof(int)])!);
            il.Emit(OpCodes.Ldloc, values[value]);
            if (type == typeof(bool))
                Call(typeof(BoolFunctions), nameof(BoolFunctions.ToByte));
            il.Emit(OpCodes.Stobj, ElementwiseChain.InMemory(type));
        }

        private void Call(Type type, string name) => il.Emit(OpCodes.Call, type.GetMethod(name, BindingFlags.Public | BindingFlags.Static)!);
    }
}
