using ComputeCore.Kernels.Compiler.Types;
using ComputeCore.Kernels.Compiler.Values;
using ComputeCore.Kernels.Spirv;

namespace ComputeCore.Kernels.Compiler.Intrinsics;

/// <summary>Views and the arrays behind them, and ILGPU's indices.</summary>
internal static class MemoryIntrinsics
{
    public static readonly Dictionary<string, IntrinsicCode> All = new(StringComparer.Ordinal)
    {
        ["ILGPU.SharedMemory.Allocate"] = call => Allocate(call, StorageClass.Workgroup),
        ["ILGPU.LocalMemory.Allocate"] = call => Allocate(call, StorageClass.Function),
        ["ILGPU.ArrayView.get_Item"] = call => throw call.Unsupported("this view's element", "a view that is a parameter or a local of its own"),
        ["ILGPU.ArrayView.get_Length"] = call => Wide(call, Length(call)),
        ["ILGPU.ArrayView.get_IntLength"] = Length,
        ["ILGPU.ArrayView.SubView"] = SubView,
        ["ILGPU.ArrayView.Cast"] = Cast,
        ["ILGPU.Index1D.op_Implicit"] = Index,
        ["ILGPU.Index1D.op_Explicit"] = Index,
        ["ILGPU.Index1D..ctor"] = Compose,
        ["ILGPU.Index2D..ctor"] = Compose,
        ["ILGPU.Index3D..ctor"] = Compose,
        ["ILGPU.LongIndex1D.op_Implicit"] = Index,
    };

    private static Value Allocate(IntrinsicCall call, StorageClass storage) => call.Function.NewArray(storage, call.TypeArgument(), call.Constant(0));

    private static Value Length(IntrinsicCall call)
    {
        var view = (ViewValue)call[0];
        if (view.Length != 0)
            return Value.Of(view.Length, ScalarType.I32);
        var whole = Whole(call, view.Root);
        return Value.Of(view.Offset == 0 ? whole : call.Code.Add(Op.ISub, call.Builder.Int(32), whole, view.Offset), ScalarType.I32);
    }

    private static uint Whole(IntrinsicCall call, ViewRoot root) =>
        root.Binding < 0 ? call.Builder.Constant(root.Length) : call.Code.Add(Op.ArrayLength, call.Builder.Int(32), root.Variable, 0);

    private static Value Wide(IntrinsicCall call, Value value) => call.Function.Cast(value, ScalarType.I64);

    private static Value SubView(IntrinsicCall call)
    {
        var view = (ViewValue)call[0];
        var start = call.Function.IndexOf(call[1]);
        var length = call.Count > 2
            ? call.Function.IndexOf(call[2])
            : call.Code.Add(Op.ISub, call.Builder.Int(32), Length(call).Id, start);
        var offset = view.Offset == 0 ? start : call.Code.Add(Op.IAdd, call.Builder.Int(32), view.Offset, start);
        return new ViewValue(view.Root, offset, length);
    }

    private static Value Cast(IntrinsicCall call)
    {
        var view = (ViewValue)call[0];
        var (from, to) = (view.Root.Element, call.TypeArgument());
        if (from == to)
            return view;
        if (view.Root.Binding < 0)
        {
            if (from is not StructType { IsVector: true } vector || vector.Fields[0].Type != to)
                throw call.Unsupported("this cast of shared or private memory", "an array of vectors, which can be cast to their components");
            var components = view.Root with { Element = to, Length = view.Root.Length * vector.Fields.Count, Vector = vector };
            return new ViewValue(components, Scaled(view.Offset), Scaled(view.Length));
        }

        return new ViewValue(call.Function.Module.Buffer(view.Root.Binding, to), Scaled(view.Offset), Scaled(view.Length));

        uint Scaled(uint count)
        {
            var integer = call.Builder.Int(32);
            return count == 0 ? 0
                : from.Size % to.Size == 0 ? call.Code.Add(Op.IMul, integer, count, call.Builder.Constant(from.Size / to.Size))
                : to.Size % from.Size == 0 ? call.Code.Add(Op.UDiv, integer, count, call.Builder.Constant(to.Size / from.Size))
                : call.Code.Add(Op.UDiv, integer, call.Code.Add(Op.IMul, integer, count, call.Builder.Constant(from.Size)), call.Builder.Constant(to.Size));
        }
    }

    private static Value Index(IntrinsicCall call) => call.Result switch
    {
        StructType index => call.Function.Compose(index, _ => call.Function.Cast(Scalar(call), index.Fields[0].Type)),
        var type => call.Function.Cast(Scalar(call), type),
    };

    private static Value Scalar(IntrinsicCall call) => call[0].Type is StructType ? call.Function.FieldOf(call[0], 0) : call[0];

    private static Value Compose(IntrinsicCall call)
    {
        var type = (StructType)call.Result;
        return call.Function.Compose(type, i => call.Function.Cast(call[Math.Min(i, call.Count - 1)], type.Fields[i].Type));
    }
}
