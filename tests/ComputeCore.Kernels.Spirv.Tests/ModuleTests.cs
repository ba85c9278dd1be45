using System.Runtime.InteropServices;
using ComputeCore.Kernels.Testing;
using NUnit.Framework;

namespace ComputeCore.Kernels.Spirv.Tests;

/// <summary>Modules that are written, and functions linked into them, as the validator sees them.</summary>
public sealed class ModuleTests
{
    // What the shader under test reads and writes.
    private static uint buffer;

    [Test]
    public void TypesAndConstantsAreMadeOnce()
    {
        var module = new ModuleBuilder();
        Assert.That(module.Vector(module.Float(32), 4), Is.EqualTo(module.Vector(module.Float(32), 4)));
        Assert.That(module.Constant(7), Is.EqualTo(module.Constant(7)).And.Not.EqualTo(module.Constant(8)));
        Assert.That(module.Unique(Op.TypeStruct, "a", [module.Int(32)], _ => { }), Is.Not.EqualTo(module.Struct([module.Int(32)])));
    }

    [Test]
    public void AModuleOfAShaderIsValid()
    {
        var module = Shader(out var code, out var value);
        Finish(module, code, value);
        Assert.That(SpirvValidator.Complaints(module.ToBytes()), Is.Empty);
    }

    [Test]
    public void LinkedFunctionsBringWhatTheyNeed()
    {
        var library = Library();
        Assert.That(SpirvValidator.Complaints(MemoryMarshal.AsBytes<uint>(library).ToArray(), "spv1.3"), Is.Empty);

        var module = Shader(out var code, out var value);
        var linker = new ModuleLinker(module, library);
        Assert.That(linker.Exports, Is.EquivalentTo(new[] { "Clamp", "Twice" }));
        var twice = linker.Function("Twice");
        Assert.That(linker.Function("Twice"), Is.EqualTo(twice), "A function is linked once.");
        var result = code.Add(Op.FunctionCall, module.Float(32), twice, code.Add(Op.FunctionCall, module.Float(32), linker.Function("Clamp"), value));
        Finish(module, code, result);

        var words = module.ToWords();
        Assert.That(SpirvValidator.Complaints(module.ToBytes()), Is.Empty);
        Assert.That(Instruction.Read(words).Count(instruction => instruction.Op == Op.Function), Is.EqualTo(4), "main, Clamp, Twice and what Twice calls");
        Assert.That(Instruction.Read(words).Count(instruction => instruction.Op == Op.TypeFloat), Is.EqualTo(1));
        Assert.That(Instruction.Read(words).Count(instruction => instruction.Op == Op.Decorate && instruction.Operands[1] == (uint)Decoration.NoContraction), Is.EqualTo(1));
        Assert.That(Instruction.Read(words).Any(instruction => instruction.Op == Op.Capability && instruction.Operands[0] == (uint)Capability.Linkage), Is.False);
    }

    [Test]
    public void AnUnknownFunctionIsNamed()
    {
        var linker = new ModuleLinker(new ModuleBuilder(), Library());
        Assert.That(() => linker.Function("Cube"), Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("Cube"));
    }

    [Test]
    public void ABrokenModuleIsRefused() =>
        Assert.That(() => new ModuleLinker(new ModuleBuilder(), [0x07230203, 0x10300, 0, 9, 0, 0x00050011]), Throws.TypeOf<InvalidDataException>());

    // Twice(x) = Sum(x, x), and Clamp(x) = x < 0 ? 0 : x by a branch, a variable and an extended instruction.
    private static uint[] Library()
    {
        var module = new ModuleBuilder();
        module.Add(Capability.Shader);
        var real = module.Float(32);
        var sum = new FunctionBuilder(module, real, [real, real]);
        var total = sum.Add(Op.FAdd, real, sum.Parameters[0], sum.Parameters[1]);
        module.Decorate(total, Decoration.NoContraction);
        sum.Terminate(Op.ReturnValue, total);
        module.Add(sum);

        var twice = new FunctionBuilder(module, real, [real]);
        twice.Terminate(Op.ReturnValue, twice.Add(Op.FunctionCall, real, sum.Id, twice.Parameters[0], twice.Parameters[0]));
        module.Add(twice);
        module.Export(twice.Id, "Twice");

        var clamp = new FunctionBuilder(module, real, [real]);
        var zero = module.Constant(real, 0);
        var variable = clamp.Variable(real);
        clamp.Do(Op.Store, variable, clamp.Glsl(Glsl.FAbs, real, clamp.Parameters[0]));
        var (negative, merge) = (module.NewId(), module.NewId());
        var condition = clamp.Add(Op.FOrdLessThan, module.Bool, clamp.Parameters[0], zero);
        clamp.Do(Op.SelectionMerge, merge, 0);
        clamp.BranchConditional(condition, negative, merge);
        clamp.Label(negative);
        clamp.Do(Op.Store, variable, zero);
        clamp.Label(merge);
        clamp.Terminate(Op.ReturnValue, clamp.Add(Op.Load, real, variable));
        module.Add(clamp);
        module.Export(clamp.Id, "Clamp");
        return module.ToWords();
    }

    private static ModuleBuilder Shader(out FunctionBuilder code, out uint value)
    {
        var module = new ModuleBuilder();
        module.Add(Capability.Shader);
        var real = module.Float(32);
        var block = module.Unique(Op.TypeStruct, "block", [real], id =>
        {
            module.Decorate(id, Decoration.Block);
            module.DecorateMember(id, 0, Decoration.Offset, 0);
        });
        buffer = module.Variable(StorageClass.StorageBuffer, block);
        module.Decorate(buffer, Decoration.DescriptorSet, 0);
        module.Decorate(buffer, Decoration.Binding, 0);
        var one = module.Constant(1);
        var size = module.Global(Op.SpecConstantComposite, module.Vector(module.Int(32), 3), one, one, one);
        module.Decorate(size, Decoration.BuiltIn, (uint)BuiltIn.WorkgroupSize);
        code = new FunctionBuilder(module, module.Void, []);
        value = code.Add(Op.Load, real, Pointer(module, code));
        return module;
    }

    private static void Finish(ModuleBuilder module, FunctionBuilder code, uint value)
    {
        code.Do(Op.Store, Pointer(module, code), value);
        code.Terminate(Op.Return);
        module.Add(code);
        module.EntryPoint(code.Id, "main", []);
    }

    private static uint Pointer(ModuleBuilder module, FunctionBuilder code) =>
        code.Add(Op.AccessChain, module.Pointer(StorageClass.StorageBuffer, module.Float(32)), buffer, module.Constant(0));
}
