using ComputeCore.Benchmarks;

switch (args)
{
    case ["gemm", .. var options]:
        return GemmBenchmark.Run(options);
    case ["conv", .. var options]:
        return ConvolutionBenchmark.Run(options);
    case ["step"]:
        return TrainingStepBenchmark.Run();
    default:
        Console.Error.WriteLine(
            """
            Usage: ComputeCore.Benchmarks COMMAND [OPTIONS]

              gemm [--json FILE]   the CPU's matrix product next to OpenBLAS, on one and on all threads
              step                 a training step of the reference CNN, kernel by kernel
              conv [--only TEXT]   the CPU's convolutions and pooling next to the limits of the machine
            """);
        return 2;
}
