using System.Reflection;
using System.Runtime.InteropServices;
using ComputeCore.Kernels.Mathematics;
using ComputeCore.Kernels.Spirv;

namespace ComputeCore.Kernels.Elementwise;

/// <summary>Writes chains as SPIR-V modules, into which the functions are linked from this assembly's library.</summary>
internal static class ChainSpirvWriter
{
    private static readonly uint[] Library = MemoryMarshal.Cast<byte, uint>(DeviceLibrary.Module.Span).ToArray();

    /// <summary>The chain as a module of the kernel's parameters.</summary>
    public static ReadOnlyMemory<byte> Write(ElementwiseChain chain, BroadcastGeometry geometry) => new Body(chain, geometry).Write();

    private sealed class Body
    {
        private readonly ElementwiseChain chain;
        private readonly BroadcastGeometry geometry;
        private readonly ModuleBuilder module = new();
        private readonly ModuleLinker functions;
        private readonly FunctionBuilder code;
        private readonly uint int32;
        private readonly List<uint> buffers = [];

        public Body(ElementwiseChain chain, BroadcastGeometry geometry)
        {
            (this.chain, this.geometry) = (chain, geometry);
            module.Add(Capability.Shader);
            functions = new ModuleLinker(module, Library);
            int32 = module.Int(32);
            code = new FunctionBuilder(module, module.Void, []);
        }

        public ReadOnlyMemory<byte> Write()
        {
            foreach (var input in chain.Values.OfType<ChainInput>())
                AddBuffer(input.Type);
            var firstOutput = buffers.Count;
            foreach (var output in chain.Outputs)
                AddBuffer(chain.Values[output].Type);
            if (geometry.HasTable)
                AddBuffer(typeof(int));

            var index = WriteIndex();
            var (inside, end) = (module.NewId(), module.NewId());
            var isInside = code.Add(Op.SLessThan, module.Bool, index, WriteCount());
            code.Do(Op.SelectionMerge, end, 0);
            code.BranchConditional(isInside, inside, end);
            code.Label(inside);

            var coordinates = geometry.HasTable ? WriteCoordinates(index) : [];
            var values = new List<uint>();
            foreach (var value in chain.Values)
                values.Add(WriteValue(value, index, coordinates, values));
            for (var i = 0; i < chain.Outputs.Count; i++)
                WriteStore(firstOutput + i, chain.Values[chain.Outputs[i]].Type, index, values[chain.Outputs[i]]);

            code.Label(end);
            code.Terminate(Op.Return);
            module.Add(code);
            return module.ToBytes();
        }

        // As FlatIndex.Get: built-in variables belong to the entry point.
        private uint WriteIndex()
        {
            uint[] sizes = [.. Enumerable.Range(0, 3).Select(_ => module.Global(Op.SpecConstant, int32, 1))];
            for (var i = 0; i < sizes.Length; i++)
                module.Decorate(sizes[i], Decoration.SpecId, (uint)i);
            var vector = module.Vector(int32, 3);
            module.Decorate(module.Global(Op.SpecConstantComposite, vector, sizes), Decoration.BuiltIn, (uint)BuiltIn.WorkgroupSize);

            uint[] inputs = [.. new[] { BuiltIn.WorkgroupId, BuiltIn.NumWorkgroups, BuiltIn.LocalInvocationId }.Select(builtIn =>
            {
                var variable = module.Variable(StorageClass.Input, vector);
                module.Decorate(variable, Decoration.BuiltIn, (uint)builtIn);
                return variable;
            })];
            module.EntryPoint(code.Id, "main", inputs);

            uint[] loaded = [.. inputs.Select(input => code.Add(Op.Load, vector, input))];
            var row = code.Add(Op.IMul, int32, Component(loaded[0], 1), Component(loaded[1], 0));
            var group = code.Add(Op.IAdd, int32, row, Component(loaded[0], 0));
            var first = code.Add(Op.IMul, int32, group, sizes[0]);
            return code.Add(Op.IAdd, int32, first, Component(loaded[2], 0));

            uint Component(uint value, uint component) => code.Add(Op.CompositeExtract, int32, value, component);
        }

        private uint WriteCount()
        {
            var block = module.Unique(Op.TypeStruct, "scalars", [int32], id =>
            {
                module.Decorate(id, Decoration.Block);
                module.DecorateMember(id, 0, Decoration.Offset, 0);
            });
            var variable = module.Variable(StorageClass.PushConstant, block);
            return code.Add(Op.Load, int32, code.Add(Op.AccessChain, module.Pointer(StorageClass.PushConstant, int32), variable, module.Constant(0)));
        }

        // From the innermost axis outward: the quotient goes on, the remainder is the coordinate.
        private uint[] WriteCoordinates(uint index)
        {
            var coordinates = new uint[geometry.Rank];
            var rest = index;
            for (var axis = geometry.Rank - 1; axis > 0; axis--)
            {
                var division = geometry.DivisionAt(axis);
                var quotient = WriteCall(
                    typeof(QuickDivision).GetMethod(nameof(QuickDivision.Quotient))!, int32, rest, WriteTableEntry(division + 1), WriteTableEntry(division + 2));
                var whole = code.Add(Op.IMul, int32, quotient, WriteTableEntry(division));
                coordinates[axis] = code.Add(Op.ISub, int32, rest, whole);
                rest = quotient;
            }

            coordinates[0] = rest;
            return coordinates;
        }

        private uint WriteValue(ChainValue value, uint index, uint[] coordinates, List<uint> values) => value switch
        {
            ChainInput input => WriteLoad(input.Index, input.Type, WritePlace(input.Index, index, coordinates)),
            ChainConstant constant => module.Constant(module.Float(32), BitConverter.SingleToUInt32Bits(constant.Value)),
            ChainCall call => WriteCall(call.Function, InRegister(call.Type), [.. call.Operands.Select(operand => values[operand])]),
            _ => throw new InvalidOperationException("unreachable"),
        };

        private uint WritePlace(int input, uint index, uint[] coordinates)
        {
            if (geometry.IsWhole(input))
                return index;
            var place = module.Constant(0);
            for (var axis = 0; axis < geometry.Rank; axis++)
            {
                if (!geometry.Varies(input, axis))
                    continue;
                var step = code.Add(Op.IMul, int32, coordinates[axis], WriteTableEntry(geometry.StrideAt(input, axis)));
                place = code.Add(Op.IAdd, int32, place, step);
            }

            return place;
        }

        private uint WriteTableEntry(int entry) => WriteLoad(buffers.Count - 1, typeof(int), module.Constant(entry));

        private uint WriteCall(MethodInfo function, uint type, params uint[] operands) =>
            code.Add(Op.FunctionCall, type, [functions.Function($"{function.DeclaringType!.FullName}.{function.Name}"), .. operands]);

        // Bytes are held in 32 bits, and truth values as such.
        private uint WriteLoad(int buffer, Type type, uint place)
        {
            var stored = InMemory(type);
            var value = code.Add(Op.Load, stored, WriteElement(buffer, stored, place));
            if (type == typeof(byte) || type == typeof(bool))
                value = code.Add(Op.UConvert, int32, value);
            return type == typeof(bool) ? code.Add(Op.INotEqual, module.Bool, value, module.Constant(0)) : value;
        }

        private void WriteStore(int buffer, Type type, uint place, uint value)
        {
            var stored = InMemory(type);
            if (type == typeof(bool))
                value = code.Add(Op.Select, int32, value, module.Constant(1), module.Constant(0));
            if (type == typeof(byte) || type == typeof(bool))
                value = code.Add(Op.UConvert, stored, value);
            code.Do(Op.Store, WriteElement(buffer, stored, place), value);
        }

        private uint WriteElement(int buffer, uint stored, uint place) =>
            code.Add(Op.AccessChain, module.Pointer(StorageClass.StorageBuffer, stored), buffers[buffer], module.Constant(0), place);

        // A result may lie where an input does, so that all are marked as sharing memory.
        private void AddBuffer(Type type)
        {
            var size = (uint)KernelElements.SizeOf(ElementwiseChain.InMemory(type));
            var array = module.Unique(Op.TypeRuntimeArray, $"stride {size}", [InMemory(type)], id => module.Decorate(id, Decoration.ArrayStride, size));
            var block = module.Unique(Op.TypeStruct, "buffer", [array], id =>
            {
                module.Decorate(id, Decoration.Block);
                module.DecorateMember(id, 0, Decoration.Offset, 0);
            });
            var variable = module.Variable(StorageClass.StorageBuffer, block);
            module.Decorate(variable, Decoration.DescriptorSet, 0);
            module.Decorate(variable, Decoration.Binding, (uint)buffers.Count);
            module.Decorate(variable, Decoration.Aliased);
            buffers.Add(variable);
        }

        private uint InMemory(Type type)
        {
            if (type != typeof(byte) && type != typeof(bool))
                return InRegister(type);
            module.Add(Capability.StorageBuffer8BitAccess, "SPV_KHR_8bit_storage");
            return module.Int(8);
        }

        private uint InRegister(Type type)
        {
            if (type == typeof(long))
                module.Add(Capability.Int64);
            return type == typeof(float) ? module.Float(32)
                : type == typeof(long) ? module.Int(64)
                : type == typeof(bool) ? module.Bool
                : int32;
        }
    }
}
