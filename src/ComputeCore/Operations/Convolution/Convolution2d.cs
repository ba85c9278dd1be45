using ComputeCore.Devices;
using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using ComputeCore.Kernels.Cpu.Convolution;

namespace ComputeCore.Operations
{
    /// <summary>
    /// y = x ⋆ w (+ bias), the cross-correlation that deep learning calls convolution. The fusion pass fills in the rest of the
    /// epilogue: y = activation(scale · (x ⋆ w) + bias + residual).
    /// </summary>
    /// <param name="Geometry">How the kernel moves.</param>
    /// <param name="Epilogue">What is applied to each element before it is stored.</param>
    public sealed record Convolution2d(ConvolutionGeometry Geometry, ConvolutionEpilogue Epilogue = default) : ConvolutionOperation(Geometry), ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Convolution2d(Geometry: new(1, 1, 1, 1)), Draw.Normal([2, 3, 6, 5]), Draw.Normal([4, 3, 3, 3])),
            new(new Convolution2d(Geometry: new(1, 1, 1, 1)), Draw.Normal([0, 3, 6, 5]), Draw.Normal([4, 3, 3, 3])),
            new(new Convolution2d(Geometry: new(2, 1, 1, 1)), Draw.Normal([2, 3, 7, 8]), Draw.Normal([5, 3, 3, 3])),
            new(new Convolution2d(Geometry: new(1, 2, 2, 1)), Draw.Normal([1, 2, 7, 6]), Draw.Normal([3, 2, 3, 3])),
            new(new Convolution2d(Geometry: new(1, 0, 1, 1)), Draw.Normal([2, 5, 4, 3]), Draw.Normal([7, 5, 1, 1])),
            new(new Convolution2d(Geometry: new(2, 0, 1, 1)), Draw.Normal([1, 3, 5, 5]), Draw.Normal([4, 3, 1, 1])),
            new(new Convolution2d(Geometry: new(1, 1, 1, 2)), Draw.Normal([2, 4, 5, 5]), Draw.Normal([6, 2, 3, 3])),
            new(new Convolution2d(Geometry: new(1, 1, 1, 4)), Draw.Normal([1, 4, 6, 7]), Draw.Normal([4, 1, 3, 3])),
            new(new Convolution2d(Geometry: new(2, 1, 1, 3)), Draw.Normal([2, 3, 6, 7]), Draw.Normal([6, 1, 3, 3])),
            new(new Convolution2d(Geometry: new(new(1, 2), new(2, 0), new(1, 2), 1)), Draw.Normal([1, 2, 5, 9]), Draw.Normal([3, 2, 5, 2])),
            new(new Convolution2d(Geometry: new(1, 1, 1, 1)), Draw.Normal([1, 16, 9, 9]), Draw.Normal([17, 16, 3, 3], deviation: 0.1)),
            new(new Convolution2d(Geometry: new(1, 1, 1, 1), Epilogue: new(HasBias: true)), Draw.Normal([2, 3, 4, 5]), Draw.Normal([4, 3, 3, 3]), Draw.Normal([4])),
            new(new Convolution2d(Geometry: new(1, 0, 1, 1), Epilogue: new(HasBias: true, Activation: Activation.Relu)), Draw.Normal([2, 3, 4, 5]), Draw.Normal([4, 3, 2, 2]), Draw.Normal([4])),
            .. Fused(new(1, 1, 1, 1), [2, 5, 6, 7], [8, 5, 3, 3], [new(HasScale: true, HasBias: true, HasResidual: true, Activation.Relu6)]),
            .. Fused(new(1, 1, 1, 1), [1, 16, 14, 14], [19, 16, 3, 3], [new(HasScale: true, HasBias: true, HasResidual: true, Activation.Relu)]),
            .. Fused(new(1, 0, 1, 1), [2, 5, 6, 7], [14, 5, 1, 1], [new(HasScale: true, HasBias: true, HasResidual: true, Activation.Relu), new(HasResidual: true, Activation: Activation.Relu6)]),
            .. Fused(new(2, 0, 1, 1), [1, 3, 9, 9], [18, 3, 1, 1], [new(HasScale: true, HasBias: true, Activation: Activation.Relu6), new(HasScale: true, HasResidual: true)]),
            .. Fused(new(1, 1, 1, 4), [1, 4, 6, 7], [4, 1, 3, 3], [new(HasScale: true, HasBias: true, HasResidual: true, Activation.Relu6), new(HasBias: true, HasResidual: true, Activation: Activation.Relu)]),
            .. Fused(new(2, 2, 1, 2), [1, 2, 9, 9], [6, 1, 5, 5], [new(HasScale: true, HasBias: true, HasResidual: true, Activation.Relu6)]),
        ];

        private static IEnumerable<Sample> Fused(ConvolutionGeometry geometry, Shape x, Shape w, ConvolutionEpilogue[] epilogues)
        {
            var y = new Convolution2d(geometry).Infer([new(ElementType.Float32, x), new(ElementType.Float32, w)])[0].Shape;
            foreach (var epilogue in epilogues)
            {
                List<Draw> inputs = [Draw.Normal(x), Draw.Normal(w, deviation: 0.2)];
                if (epilogue.HasScale)
                    inputs.Add(Draw.Normal([w[0]], mean: 1));
                if (epilogue.HasBias)
                    inputs.Add(Draw.Normal([w[0]]));
                if (epilogue.HasResidual)
                    inputs.Add(Draw.Normal(y, deviation: 3));
                yield return new(new Convolution2d(geometry, epilogue), [.. inputs]);
            }
        }

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            ExpectCount(inputs, Epilogue.InputCount, Epilogue.InputCount);
            ExpectFloat(inputs, 0, 1);
            var y = OutputShape(inputs, inputs[0].Shape, inputs[1].Shape);
            if (Epilogue.HasScale && inputs[ConvolutionEpilogue.ScaleInput].Shape != [y[1]])
                throw Mismatch(inputs, $"the scale must be [{y[1]}]");
            if (Epilogue.HasBias && inputs[Epilogue.BiasInput].Shape != [y[1]])
                throw Mismatch(inputs, $"the bias must be [{y[1]}]");
            if (Epilogue.HasResidual && inputs[Epilogue.ResidualInput].Shape != y)
                throw Mismatch(inputs, $"the residual must be {y}");
            return [inputs[0] with { Shape = y }];
        }

        internal override void Evaluate(ReferenceArguments arguments)
        {
            var (x, w, y) = (arguments.Inputs[0], arguments.Inputs[1], arguments.Y);
            y.Values.Clear();
            foreach (var (ix, iw, iy) in Products(x.Shape, w.Shape, y.Shape))
                y.Values[iy] += x.Values[ix] * w.Values[iw];
            foreach (var index in y.Indices())
            {
                var scale = Epilogue.HasScale ? arguments.Inputs[ConvolutionEpilogue.ScaleInput].Values[index[1]] : 1;
                var bias = Epilogue.HasBias ? arguments.Inputs[Epilogue.BiasInput].Values[index[1]] : 0;
                var residual = Epilogue.HasResidual ? arguments.Inputs[Epilogue.ResidualInput][index] : 0;
                y[index] = Epilogue.Activation.Evaluate(scale * y[index] + bias + residual);
            }
        }

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d)
        {
            if (Epilogue with { HasBias = false } != default)
                throw new NotSupportedException("A fused convolution is not differentiated: fusion runs on the differentiated graph.");
            var (x, w) = (d.Inputs[0], d.Inputs[1]);
            var dx = Graphs.Node.Apply(new ConvolutionDataGradient(Geometry, x.Shape), d.Dy, w);
            var dw = Graphs.Node.Apply(new ConvolutionWeightGradient(Geometry, w.Shape), x, d.Dy);
            return Epilogue.HasBias ? [dx, dw, d.Dy.Sum([0, 2, 3])] : [dx, dw];
        }

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var shape = ToKernel(lowering.Inputs[0].Shape, lowering.Inputs[1].Shape, lowering.Outputs[0].Shape);
            var epilogue = Epilogue;
            var preparedBytes = Convolution2D.PreparedBytes(shape);
            return new CpuKernel(arguments => Convolution2D.Forward(
                arguments.Pool,
                shape,
                arguments.Input<float>(0),
                arguments.Input<float>(1),
                arguments.Prepared,
                new Kernels.Cpu.Convolution.ConvolutionEpilogue
                {
                    Scale = epilogue.HasScale ? arguments.Input<float>(ConvolutionEpilogue.ScaleInput) : null,
                    Bias = epilogue.HasBias ? arguments.Input<float>(epilogue.BiasInput) : null,
                    Residual = epilogue.HasResidual ? arguments.Input<float>(epilogue.ResidualInput) : null,
                    Activation = epilogue.Activation.ToKernel(),
                },
                arguments.Output<float>(0),
                arguments.Workspace))
            {
                WorkspaceBytes = Convolution2D.ForwardWorkspaceBytes(lowering.Pool, shape),
                Preparation = preparedBytes == 0 ? null : new Preparation(1, preparedBytes),
                Prepare = preparedBytes == 0 ? null : arguments => Convolution2D.Prepare(arguments.Pool, shape, arguments.Input<float>(1), arguments.Prepared),
            };
        }

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) =>
            FlopsOf(inputs[1].Shape, outputs[0].Shape);
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// The two-dimensional convolution of this tensor [N, C, H, W]; the result is [N, K, P, Q] with
        /// P = ⌊(H + 2·padding − dilation·(R − 1) − 1) / stride⌋ + 1.
        /// </summary>
        /// <param name="weight">The kernels, [K, C / groups, R, S].</param>
        /// <param name="bias">A number added to each output channel, [K]; none by default.</param>
        /// <param name="stride">Steps between neighbouring outputs; 1 by default.</param>
        /// <param name="padding">Zeros on each side; 0 by default.</param>
        /// <param name="dilation">Steps between the kernel's elements; 1 by default.</param>
        /// <param name="groups">Into how many parts the channels are cut, each convolved by itself.</param>
        /// <exception cref="ShapeException">The channels do not match, or the kernel does not fit into the padded plane.</exception>
        public Tensor Convolution2d(Tensor weight, Tensor? bias = null, Pair? stride = null, Pair? padding = null, Pair? dilation = null, int groups = 1)
        {
            var geometry = new Operations.ConvolutionGeometry(stride ?? 1, padding ?? 0, dilation ?? 1, groups);
            var operation = new Operations.Convolution2d(geometry, new(HasBias: bias is not null));
            var outputs = operation.Infer(bias is null ? [Type, weight.Type] : [Type, weight.Type, bias.Type])[0].Shape;

            (geometry, var rows, var columns) = geometry.WithoutIdleTaps(new(Shape[2], Shape[3]), new(weight.Shape[2], weight.Shape[3]));
            var used = weight.Slice([0, 0, rows.Start.Value, columns.Start.Value], [weight.Shape[0], weight.Shape[1], rows.End.Value, columns.End.Value]);
            if (groups == 1 && outputs[2] == 1 && outputs[3] == 1 && geometry.Padding == new Pair(0, 0))
                return OnePixel(used, bias, geometry.Dilation).Reshape(outputs);
            operation = operation with { Geometry = geometry };
            return bias is null ? Graphs.Node.Apply(operation, this, used) : Graphs.Node.Apply(operation, this, used, bias);
        }

        // A convolution with one output per plane is a matrix product.
        private Tensor OnePixel(Tensor weight, Tensor? bias, Pair dilation)
        {
            var (channels, rows, columns) = (weight.Shape[1], weight.Shape[2], weight.Shape[3]);
            var window = Slice(
                [0, 0, 0, 0],
                [Shape[0], channels, (rows - 1) * dilation.Height + 1, (columns - 1) * dilation.Width + 1],
                [1, 1, dilation.Height, dilation.Width]);
            var terms = channels * rows * columns;
            var product = window.Reshape(Shape[0], terms).MatMul(weight.Reshape(weight.Shape[0], terms), transposeOther: true);
            return bias is null ? product : product + bias;
        }
    }
}
