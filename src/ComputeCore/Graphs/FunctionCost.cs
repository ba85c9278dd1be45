namespace ComputeCore;

/// <summary>What one run of a compiled function costs.</summary>
/// <param name="Flops">Floating-point operations, counted by each operation's definition.</param>
/// <param name="MemoryBytes">Device memory planned for the values between inputs, variables and results.</param>
public readonly record struct FunctionCost(double Flops, long MemoryBytes);
