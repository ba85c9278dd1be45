using ComputeCore.Devices;
using ComputeCore.Operations;

namespace ComputeCore.Validation;

/// <summary>Something that a device is held to.</summary>
/// <param name="Operation">What is checked: the operation's name, a golden file's operation, a training.</param>
/// <param name="Case">Which application of it.</param>
/// <param name="Tolerance">What is allowed.</param>
/// <param name="Run">Runs it on a device, and on what is right, and says how far they are apart.</param>
internal sealed record Check(string Operation, string Case, Tolerance Tolerance, Func<Device, Deviation> Run);

/// <summary>How a device did in all checks of an operation.</summary>
/// <param name="Operation">What was checked.</param>
/// <param name="Device">The device's name.</param>
/// <param name="WorstError">The largest error in units of the tolerance; infinite if the device failed to compute or gave other bits when asked again.</param>
/// <param name="Tolerance">What is allowed: |result − truth| ≤ absolute + relative · |truth|.</param>
/// <param name="Passed">Whether every check was passed.</param>
/// <param name="Message">What went wrong first; null if nothing did.</param>
internal sealed record Verdict(string Operation, string Device, double WorstError, Tolerance Tolerance, bool Passed, string? Message);
