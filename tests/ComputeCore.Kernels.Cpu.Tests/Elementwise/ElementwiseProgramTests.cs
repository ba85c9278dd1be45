using ComputeCore.Kernels.Cpu.Elementwise;
using ComputeCore.Kernels.Cpu.Elementwise.Operators;
using ComputeCore.Kernels.Cpu.Threading;
using NUnit.Framework;

namespace ComputeCore.Kernels.Cpu.Tests.Elementwise;

public unsafe class ElementwiseProgramTests
{
    private static readonly WorkerPool Pool = new(3);

    // Result and operand shapes: flat, per-channel, row, column, scalar, small and odd inner dimensions, rank 0 and 8, empty.
    private static readonly (int[] Result, int[] Operand)[] Broadcasts =
    [
        ([1], [1]), ([], []), ([5], [5]), ([5], [1]), ([5], []), ([100_000], [100_000]), ([100_000], []),
        ([2, 3, 4], [2, 3, 4]), ([2, 3, 4], [3, 1]), ([2, 3, 4], [2, 1, 4]), ([2, 3, 4], [2, 1, 1]), ([2, 3, 4], [4]),
        ([8, 16, 7, 7], [1, 16, 1, 1]), ([8, 16, 1, 7], [16, 1, 1]), ([3, 5, 30, 30], [5, 1, 1]), ([3, 5, 61, 67], [5, 1, 1]),
        ([700, 7], [7]), ([700, 7], [700, 1]), ([64, 768], [768]), ([64, 768], [64, 1]), ([17, 1025], [1025]), ([17, 513], [513]), ([9, 512], [512]), ([3, 5000], [5000]), ([3, 5000], [3, 1]),
        ([2, 1, 3, 2, 1, 2, 3, 2], [1, 1, 3, 1, 1, 2, 1, 2]), ([2, 2, 2, 2, 2, 2, 2, 2], [2, 1, 2, 1, 2, 1, 2, 1]),
        ([0, 5], [5]), ([5, 0], [5, 1]), ([40_000, 1], [1, 1]), ([1, 40_000], [40_000]), ([333, 1, 33], [333, 1, 1]),
    ];

    [TestCaseSource(nameof(Broadcasts))]
    public void Operands_are_broadcast_as_a_naive_loop_does((int[] Result, int[] Operand) shapes)
    {
        var count = Samples.Count(shapes.Result);
        var x = Samples.Floats(count, 1);
        var y = Samples.Floats(Samples.Count(shapes.Operand), 2);
        var mask = Samples.Bools(Samples.Count(shapes.Operand), 3);

        var builder = new ElementwiseProgramBuilder(shapes.Result);
        var sum = builder.Binary<Add>(builder.Input(ElementwiseType.Float32, shapes.Result), builder.Input(ElementwiseType.Float32, shapes.Operand));
        var product = builder.Binary<Multiply>(sum, builder.Input(ElementwiseType.Bool, shapes.Operand));
        builder.Output(product, ElementwiseType.Float32);
        builder.Output(builder.Binary<Less>(builder.Constant(0.5f), product), ElementwiseType.Bool);

        using NativeArray<float> xs = new(x), ys = new(y), products = new(count);
        using NativeArray<byte> masks = new(mask), flags = new(count);
        Run(builder.Build(), Pool, [xs.Pointer, ys.Pointer, masks.Pointer], [products.Pointer, flags.Pointer]);

        var strides = NaiveStrides(shapes.Operand, shapes.Result);
        for (var i = 0; i < count; i++)
        {
            var operand = NaiveOffset(i, shapes.Result, strides);
            var expected = (x[i] + y[operand]) * mask[operand];
            if (products.Span[i] != expected || flags.Span[i] != (expected > 0.5f ? 1 : 0))
                Assert.Fail($"element {i}: {products.Span[i]:R} and {flags.Span[i]}, expected {expected:R}");
        }
    }

    [Test]
    public void Strided_operands_are_gathered()
    {
        int[] shape = [40, 30, 50];
        long[] transposed = [1, 40, 1200];
        long[] reversedRows = [1500, 50, 1];
        var x = Samples.Floats(60_000, 1);
        var mask = Samples.Bools(60_000, 2);
        var builder = new ElementwiseProgramBuilder(shape);
        var sum = builder.Binary<Add>(builder.Input(ElementwiseType.Float32, transposed), builder.Input(ElementwiseType.Bool, transposed));
        builder.Output(builder.Binary<Subtract>(sum, builder.Input(ElementwiseType.Float32, reversedRows)), ElementwiseType.Float32);

        using NativeArray<float> xs = new(x), result = new(60_000);
        using NativeArray<byte> masks = new(mask);
        Run(builder.Build(), Pool, [xs.Pointer, masks.Pointer, xs.Pointer], [result.Pointer]);
        for (var i = 0; i < 60_000; i++)
        {
            var source = NaiveOffset(i, shape, transposed);
            if (result.Span[i] != x[source] + mask[source] - x[i])
                Assert.Fail($"element {i}");
        }
    }

    [Test]
    public void A_fused_chain_gives_the_bits_of_its_operators_one_by_one([Values(1, 15, 1000, 50_001)] int count)
    {
        var x = Samples.Floats(count, 1);
        var y = Samples.Floats(count, 2);
        var builder = new ElementwiseProgramBuilder([count]);
        var a = builder.Input(ElementwiseType.Float32, (int[])[count]);
        var b = builder.Input(ElementwiseType.Float32, (int[])[count]);
        var t = builder.Unary<Tanh>(builder.Binary<Add>(a, b));
        var g = builder.Unary<Gelu>(builder.Binary<Multiply>(t, a));
        var e = builder.Unary<Exp>(builder.Unary<Clamp>(g, -1, 2));
        builder.Output(builder.Binary<Divide>(t, builder.Binary<Add>(e, b)), ElementwiseType.Float32);

        using NativeArray<float> xs = new(x), ys = new(y), result = new(count);
        Run(builder.Build(), Pool, [xs.Pointer, ys.Pointer], [result.Pointer]);

        var tanh = One(program => program.Unary<Tanh>(0), One(program => program.Binary<Add>(0, 1), x, y));
        var gelu = One(program => program.Unary<Gelu>(0), One(program => program.Binary<Multiply>(0, 1), tanh, x));
        var exp = One(program => program.Unary<Exp>(0), One(program => program.Unary<Clamp>(0, -1, 2), gelu));
        var expected = One(program => program.Binary<Divide>(0, 1), tanh, One(program => program.Binary<Add>(0, 1), exp, y));
        Assert.That(result.HasBitsOf(expected));
    }

    [Test]
    public void Random_programs_give_the_bits_of_their_operators_one_by_one([Range(0, 39)] int seed)
    {
        var random = new Random(seed);
        var result = Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(1, 24)).ToArray();
        var count = Samples.Count(result);
        var builder = new ElementwiseProgramBuilder(result);
        var values = new List<float[]>();
        var inputs = new List<NativeArray<float>>();
        for (var i = 0; i < random.Next(1, 5); i++)
        {
            var shape = result.Select(extent => random.Next(3) == 0 ? 1 : extent).ToArray();
            inputs.Add(new(Samples.Floats(Samples.Count(shape), (seed * 10) + i)));
            var strides = NaiveStrides(shape, result);
            builder.Input(ElementwiseType.Float32, shape);
            values.Add([.. Enumerable.Range(0, (int)count).Select(element => inputs[^1].Span[(int)NaiveOffset(element, result, strides)])]);
        }

        var outputs = new List<(int Value, NativeArray<float> Memory)>();
        for (var i = 0; i < random.Next(1, 20); i++)
        {
            int a = random.Next(values.Count), b = random.Next(values.Count), c = random.Next(values.Count);
            switch (random.Next(4))
            {
                case 0:
                    builder.Unary<Tanh>(a);
                    values.Add(One(program => program.Unary<Tanh>(0), values[a]));
                    break;
                case 1:
                    builder.Binary<Subtract>(a, b);
                    values.Add(One(program => program.Binary<Subtract>(0, 1), values[a], values[b]));
                    break;
                case 2:
                    builder.Binary<Less>(a, b);
                    values.Add(One(program => program.Binary<Less>(0, 1), values[a], values[b]));
                    break;
                default:
                    builder.Ternary<Where>(a, b, c);
                    values.Add(One(program => program.Ternary<Where>(0, 1, 2), values[a], values[b], values[c]));
                    break;
            }

            if (random.Next(4) == 0)
                outputs.Add((random.Next(values.Count), new(count)));
        }

        outputs.Add((values.Count - 1, new(count)));
        foreach (var output in outputs)
            builder.Output(output.Value, ElementwiseType.Float32);

        // As many outputs as can lie in an input of the same layout do.
        var argumentOfInput = inputs.Select(input => (nint)input.Pointer).ToArray();
        var argumentOfOutput = outputs.Select(output => (nint)output.Memory.Pointer).ToArray();
        var memories = outputs.Select(output => output.Memory).ToArray();
        for (var i = 0; i < Math.Min(inputs.Count, outputs.Count); i++)
        {
            if (inputs[i].Length == count)
                (argumentOfOutput[i], memories[i]) = (argumentOfInput[i], inputs[i]);
        }

        var inputPointers = new void*[inputs.Count];
        for (var i = 0; i < inputs.Count; i++)
            inputPointers[i] = (void*)argumentOfInput[i];
        var outputPointers = new void*[outputs.Count];
        for (var i = 0; i < outputs.Count; i++)
            outputPointers[i] = (void*)argumentOfOutput[i];
        Run(builder.Build(), Pool, inputPointers, outputPointers);
        for (var i = 0; i < outputs.Count; i++)
            Assert.That(memories[i].HasBitsOf(values[outputs[i].Value]), $"output {i}");
        inputs.ForEach(input => input.Dispose());
        outputs.ForEach(output => output.Memory.Dispose());
    }

    [Test]
    public void An_output_may_lie_in_an_input_that_is_still_read_afterwards()
    {
        var x = Samples.Floats(5000, 1);
        var builder = new ElementwiseProgramBuilder([5000]);
        var input = builder.Input(ElementwiseType.Float32, (int[])[5000]);
        var first = builder.Unary<Exp>(input);
        builder.Output(first, ElementwiseType.Float32);
        builder.Output(builder.Binary<Multiply>(first, input), ElementwiseType.Float32);
        builder.Output(input, ElementwiseType.Float32);

        using NativeArray<float> shared = new(x), product = new(5000), copy = new(5000);
        Run(builder.Build(), Pool, [shared.Pointer], [shared.Pointer, product.Pointer, copy.Pointer]);
        var exp = One(program => program.Unary<Exp>(0), x);
        Assert.That(shared.HasBitsOf(exp));
        Assert.That(product.HasBitsOf(One(program => program.Binary<Multiply>(0, 1), exp, x)));
        Assert.That(copy.HasBitsOf(x));
    }

    [Test]
    public void Thread_counts_do_not_change_a_bit_and_running_allocates_nothing()
    {
        int[] shape = [60, 50, 49];
        var builder = new ElementwiseProgramBuilder(shape);
        var x = builder.Input(ElementwiseType.Float32, shape);
        var bias = builder.Input(ElementwiseType.Float32, (int[])[50, 1]);
        builder.Output(builder.Unary<GeluTanh>(builder.Binary<Add>(x, bias)), ElementwiseType.Float32);
        var program = builder.Build();

        using NativeArray<float> xs = new(Samples.Floats(147_000, 1)), biases = new(Samples.Floats(50, 2)), one = new(147_000), three = new(147_000);
        using var single = new WorkerPool(1);
        Run(program, single, [xs.Pointer, biases.Pointer], [one.Pointer]);
        Run(program, Pool, [xs.Pointer, biases.Pointer], [three.Pointer]);
        Assert.That(three.HasBitsOf(one.Span));

        using var workspace = new NativeArray<byte>(program.WorkspaceBytes(1));
        var inputs = stackalloc void*[] { xs.Pointer, biases.Pointer };
        var outputs = stackalloc void*[] { one.Pointer };
        var before = GC.GetAllocatedBytesForCurrentThread();
        program.Run(single, inputs, outputs, workspace.Pointer);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Shapes_that_do_not_broadcast_are_refused_by_name()
    {
        var builder = new ElementwiseProgramBuilder([3, 4]);
        Assert.That(() => builder.Input(ElementwiseType.Float32, (int[])[3]), Throws.ArgumentException.With.Message.Contains("[3]").And.Message.Contains("[3, 4]"));
    }

    private static void Run(ElementwiseProgram program, WorkerPool pool, void*[] inputs, void*[] outputs)
    {
        using var workspace = new NativeArray<byte>(program.WorkspaceBytes(pool.Count) + 64);
        var aligned = (byte*)(((nint)workspace.Pointer + 63) & ~63);
        fixed (void** i = inputs, o = outputs)
            program.Run(pool, i, o, aligned);
    }

    // One operator in a program of its own, on operands of the result's shape.
    private static float[] One(Action<ElementwiseProgramBuilder> operation, params float[][] operands)
    {
        var count = operands[0].Length;
        var builder = new ElementwiseProgramBuilder([count]);
        foreach (var _ in operands)
            builder.Input(ElementwiseType.Float32, (int[])[count]);
        operation(builder);
        builder.Output(operands.Length, ElementwiseType.Float32);
        var result = new float[count];
        using var single = new WorkerPool(1);
        fixed (float* a = operands[0], b = operands[operands.Length > 1 ? 1 : 0], c = operands[^1], r = result)
            Run(builder.Build(), single, [a, b, c], [r]);
        return result;
    }

    private static long[] NaiveStrides(int[] shape, int[] result)
    {
        var padded = Enumerable.Repeat(1, result.Length - shape.Length).Concat(shape).ToArray();
        return [.. padded.Select((extent, d) => extent == 1 ? 0 : Samples.Count(padded.AsSpan(d + 1)))];
    }

    private static long NaiveOffset(long element, int[] shape, long[] strides)
    {
        var offset = 0L;
        for (var d = shape.Length - 1; d >= 0; d--)
        {
            offset += element % shape[d] * strides[d];
            element /= shape[d];
        }

        return offset;
    }
}
