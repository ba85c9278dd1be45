namespace ComputeCore.Kernels;

/// <summary>A parameter of a kernel.</summary>
/// <param name="Name">Its name in the source.</param>
/// <param name="Type">The view's element type, or the scalar's type.</param>
/// <param name="IsView">Whether it is a view of device memory.</param>
/// <param name="Slot">
/// A view's binding in descriptor set 0, counted over the views; a scalar's byte offset in the push constants, where scalars follow
/// each other in order at their natural alignment.
/// </param>
/// <param name="Size">Bytes of an element, or of the scalar.</param>
public sealed record KernelParameter(string Name, Type Type, bool IsView, int Slot, int Size);
