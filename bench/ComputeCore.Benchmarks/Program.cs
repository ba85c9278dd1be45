using System.Globalization;
using ComputeCore.Benchmarks;
using ComputeCore.Benchmarks.Comparisons;
using ComputeCore.Benchmarks.Glsl;
using ComputeCore.Data;
using ComputeCore.Ilgpu;
using ComputeCore.Vulkan;

IlgpuDevices.Register();
VulkanDevices.Register();
switch (args)
{
    case ["gemm", .. var options]:
        return GemmBenchmark.Run(options);
    case ["guard"]:
        return SpeedGuard.Run(record: null);
    case ["guard", "--record", var file]:
        return SpeedGuard.Run(file);
    case ["cases", var group, var device, .. var options]:
        return CaseBenchmarks.Run(group, device, options);
    case ["engine"]:
        return EngineBenchmark.Run();
    case ["first-step"]:
        return EngineBenchmark.FirstStep();
    case ["compile-gpt2"]:
        return EngineBenchmark.CompileGpt2();
    case ["model", var name, var seconds, var json]:
        return ModelBenchmark.Run(name, double.Parse(seconds, CultureInfo.InvariantCulture), json);
    case ["attention", .. var options]:
        return AttentionBenchmark.Run(options);
    case ["bandwidth", .. var options]:
        return BandwidthBenchmark.Run(options);
    case ["compare", var device, var file, var largest]:
        return DeviceComparison.Run(device, file, int.Parse(largest, CultureInfo.InvariantCulture));
    case ["device-epoch", var device, var data, var steps]:
        return DeviceEpochBenchmark.Run(device, data, int.Parse(steps, CultureInfo.InvariantCulture));
    case ["losses", var device, "fashion-mnist", var data, var steps]:
        var images = FashionMnist.Load(data).Training;
        return LossAgreement.Run(device, name => new ReferenceTraining(name, images), int.Parse(steps, CultureInfo.InvariantCulture));
    case ["losses", var device, "gpt-char", var text, var steps]:
        return LossAgreement.Run(device, name => new GptTraining(name, text), int.Parse(steps, CultureInfo.InvariantCulture));
    case ["glsl", var folder, .. var only]:
        return GlslBenchmark.Run(folder, only.FirstOrDefault());
    default:
        Console.Error.WriteLine(
            """
            Usage: ComputeCore.Benchmarks COMMAND [OPTIONS]

              gemm [--json FILE]   the CPU's matrix product next to OpenBLAS, on one and on all threads
              guard [--record FILE]   whether the hot kernels keep their speed, as multiples of simple kernels' speed
              cases GROUP DEVICE [OPTIONS]   a group of the cases of 'computecore bench' under BenchmarkDotNet, whose options follow
              engine               what an operation, a compilation and the start of a program cost beside the kernels
              first-step, compile-gpt2   what 'engine' runs in processes of their own
              model NAME SECONDS FILE      a case of 'computecore bench train' or 'infer' by itself: its time and its process's memory, as JSON
              attention [--only TEXT]      the CPU's attention, its gradient and decoding next to the limits of the machine
              bandwidth [--only TEXT] [--seconds N]   the CPU's operations bound by memory next to copies
              compare DEVICE FILE LARGEST  matrix products and attention on a device, next to cuBLAS on CUDA's, as a report in Markdown
              device-epoch DEVICE FOLDER STEPS  an epoch of the reference CNN on Fashion-MNIST, judged by some steps, as JSON
              losses DEVICE fashion-mnist FOLDER STEPS  whether the reference CNN learns Fashion-MNIST (IDX files in FOLDER) as on the CPU
              losses DEVICE gpt-char FILE STEPS         the same of the recipe gpt-char's model and a text
              glsl FOLDER [NAME]           kernels on vulkan:0 next to the same in GLSL (modules in FOLDER: bench/peers/glsl.sh)
            """);
        return 2;
}
