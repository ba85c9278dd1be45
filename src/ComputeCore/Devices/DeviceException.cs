namespace ComputeCore.Devices;

/// <summary>A device that does not exist, can't be used, lacks an operation, or ran out of memory. The message says what to do.</summary>
public sealed class DeviceException(string message, Exception? inner = null) : Exception(message, inner);
