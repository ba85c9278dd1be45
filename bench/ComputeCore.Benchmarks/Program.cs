using ComputeCore.Benchmarks;

switch (args)
{
    case ["gemm", .. var options]:
        return GemmBenchmark.Run(options);
    default:
        Console.Error.WriteLine(
            """
            Usage: ComputeCore.Benchmarks COMMAND [OPTIONS]

              gemm [--json FILE]   the CPU's matrix product next to OpenBLAS, on one and on all threads
            """);
        return 2;
}
