using ComputeCore.Kernels;
using ComputeCore.Kernels.Optimizers;
using ComputeCore.Operations;

namespace ComputeCore.Accelerators.Lowerings;

/// <summary>Optimizer steps.</summary>
internal static class OptimizerLowerings
{
    public static void AddTo(LoweringTable table)
    {
        table.Add<SgdUpdate>((update, context) =>
        {
            var attributes = new SgdAttributes
            {
                Momentum = (float)update.Momentum,
                OneMinusDampening = (float)(1 - update.Dampening),
                WeightDecay = (float)update.WeightDecay,
                IsNesterov = update.Nesterov ? 1 : 0,
            };
            return ToKernel(update, context, (grid, tensors, count) => OptimizerKernels.Dispatch.Sgd(
                grid, FlatIndex.GroupSize, tensors.Parameter, tensors.Gradient, tensors.State(0), tensors.LearningRate, tensors.Step, tensors.GradientScale,
                tensors.ParameterOut, tensors.StateOut(0), attributes, count));
        });
        table.Add<AdamUpdate>((update, context) =>
        {
            var attributes = new AdamAttributes
            {
                OneMinusBeta1 = (float)(1 - update.Beta1),
                LogBeta1 = (float)Math.Log(update.Beta1),
                Beta2 = (float)update.Beta2,
                OneMinusBeta2 = (float)(1 - update.Beta2),
                LogBeta2 = (float)Math.Log(update.Beta2),
                Epsilon = (float)update.Epsilon,
                WeightDecay = (float)update.WeightDecay,
                IsDecoupled = update.DecoupledWeightDecay ? 1 : 0,
            };
            return ToKernel(update, context, (_, tensors, count) => OptimizerKernels.Dispatch.Adam(
                FlatIndex.GridFor(Extent.Cover(count, OptimizerKernels.AdamElements)), FlatIndex.GroupSize, tensors.Parameter, tensors.Gradient, tensors.State(0), tensors.State(1), tensors.LearningRate, tensors.Step, tensors.GradientScale,
                tensors.ParameterOut, tensors.StateOut(0), tensors.StateOut(1), attributes, count));
        });
        table.Add<RmsPropUpdate>((update, context) =>
        {
            var attributes = new RmsPropAttributes
            {
                Alpha = (float)update.Alpha,
                OneMinusAlpha = (float)(1 - update.Alpha),
                Epsilon = (float)update.Epsilon,
                WeightDecay = (float)update.WeightDecay,
                Momentum = (float)update.Momentum,
                IsCentered = update.Centered ? 1 : 0,
            };
            // The buffer is the second state if there is one, the mean of gradients the last.
            var means = update.StateCount - 1;
            return ToKernel(update, context, (grid, tensors, count) => OptimizerKernels.Dispatch.RmsProp(
                grid, FlatIndex.GroupSize, tensors.Parameter, tensors.Gradient, tensors.State(0), tensors.State(1), tensors.State(means), tensors.LearningRate, tensors.GradientScale,
                tensors.ParameterOut, tensors.StateOut(0), tensors.StateOut(1), tensors.StateOut(means), attributes, count));
        });
    }

    private static AcceleratorKernel ToKernel(OptimizerUpdate update, LoweringContext context, Func<Extent, Tensors, int, KernelDispatch> launch)
    {
        var count = checked((int)context.Outputs[0].Shape.ElementCount);
        return new AcceleratorKernel(arguments => [launch(FlatIndex.GridFor(count), new Tensors(arguments, update.StateCount), count)]);
    }

    /// <summary>The tensors of an <see cref="OptimizerUpdate"/>. A state that the optimizer does not keep is the parameter, which the kernels then don't touch as such.</summary>
    private sealed class Tensors(AcceleratorArguments arguments, int states)
    {
        public DeviceView<float> Parameter => arguments.Input<float>(0);

        public DeviceView<float> Gradient => arguments.Input<float>(1);

        public DeviceView<float> LearningRate => arguments.Input<float>(2 + states);

        public DeviceView<long> Step => arguments.Input<long>(3 + states);

        public DeviceView<float> GradientScale => arguments.Input<float>(4 + states);

        public DeviceView<float> ParameterOut => arguments.Output<float>(0);

        public DeviceView<float> State(int index) => index < states ? arguments.Input<float>(2 + index) : Parameter;

        public DeviceView<float> StateOut(int index) => index < states ? arguments.Output<float>(1 + index) : ParameterOut;
    }
}
