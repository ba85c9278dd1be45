using ComputeCore.Devices;
using ComputeCore.Graphs;

namespace ComputeCore;

/// <summary>
/// Named persistent storage that graphs read and assign: parameters, optimizer state, running statistics, caches. It begins
/// in host memory and moves to the device whose function first uses it; from then on it lives there, and is updated in place.
/// </summary>
public sealed class Variable : IDisposable
{
    // The first value until a device holds it: as it will be made, or as it was read or written meanwhile.
    private InitialValue? unmade;
    private TensorData? initial;
    private DeviceMemory? memory;

    /// <summary>Makes a variable with its first value.</summary>
    /// <param name="name">The name under which it is saved; PyTorch's <c>state_dict</c> name where there is one.</param>
    /// <param name="initial">The first value, made when it is first needed.</param>
    public Variable(string name, InitialValue initial)
    {
        Name = name;
        Type = initial.Type;
        unmade = initial;
    }

    /// <summary>The name under which the variable is saved.</summary>
    public string Name { get; set; }

    /// <summary>Element type and shape; fixed for life.</summary>
    public TensorType Type { get; }

    /// <summary>The extents.</summary>
    public Shape Shape => Type.Shape;

    /// <summary>The device on which the variable lives; null until a function that uses it is compiled.</summary>
    public Device? Device { get; private set; }

    /// <summary>Counts the changes of the value: what was made of an older one is out of date.</summary>
    internal long Version { get; private set; }

    /// <summary>The variable's value in the graph that is being traced.</summary>
    /// <exception cref="InvalidOperationException">No graph is being traced.</exception>
    public static implicit operator Tensor(Variable variable) => variable.ToTensor();

    /// <summary>The variable's value in the graph that is being traced, after the assignments made so far.</summary>
    /// <exception cref="InvalidOperationException">No graph is being traced.</exception>
    public Tensor ToTensor() => Trace.Current.Read(this);

    /// <summary>Makes the graph that is being traced store a new value in the variable at the end of each run.</summary>
    /// <exception cref="InvalidOperationException">No graph is being traced.</exception>
    /// <exception cref="ShapeException">The value has another element type or shape than the variable.</exception>
    public void Assign(Tensor value) => Trace.Current.Assign(this, value);

    /// <summary>The current value, copied to host memory.</summary>
    public TensorData Read()
    {
        var result = new TensorData(Type);
        Read(result);
        return result;
    }

    /// <summary>Copies the current value into a host tensor of the same type.</summary>
    /// <exception cref="ShapeException">The tensor has another element type or shape.</exception>
    public void Read(TensorData destination)
    {
        CheckType(destination);
        if (memory is not null)
            memory.Read(0, Type.ElementType, destination.Bytes);
        else
            Initial.Bytes.CopyTo(destination.Bytes);
    }

    /// <summary>Replaces the value, between two runs.</summary>
    /// <exception cref="ShapeException">The tensor has another element type or shape.</exception>
    public void Write(TensorData source)
    {
        CheckType(source);
        Change();
        if (memory is not null)
            memory.Write(0, Type.ElementType, source.Bytes);
        else if (initial is not null)
            source.Bytes.CopyTo(initial.Bytes);
        else
            (initial, unmade) = (new TensorData(Type, source.Bytes.ToArray()), null);
    }

    /// <summary>Releases the variable's device memory.</summary>
    public void Dispose()
    {
        memory?.Dispose();
        memory = null;
        (initial, unmade) = (null, null);
    }

    /// <summary>Notes that the value is another one now.</summary>
    internal void Change() => Version++;

    /// <summary>The variable's memory on a device, allocated and filled at the first call.</summary>
    /// <exception cref="InvalidOperationException">The variable already lives on another device.</exception>
    internal DeviceMemory MemoryOn(Device device)
    {
        if (Device is not null && Device != device)
            throw new InvalidOperationException($"The variable '{Name}' lives on the device {Device.Name} and can't be used on {device.Name}: make the model anew there and load its weights.");
        if (memory is null)
        {
            var allocated = device.Allocate(Math.Max(1, device.SizeInBytes(Type)));
            if (unmade is { } value)
                allocated.Make(value);
            else
                allocated.Write(0, Type.ElementType, Initial.Bytes);
            memory = allocated;
            Device = device;
            (initial, unmade) = (null, null);
        }

        return memory;
    }

    private TensorData Initial
    {
        get
        {
            if (initial is null)
                (initial, unmade) = ((unmade ?? throw new ObjectDisposedException(Name)).Make(), null);
            return initial;
        }
    }

    private void CheckType(TensorData data)
    {
        if (data.Type != Type)
            throw new ShapeException($"The variable '{Name}' is {Type}, but the tensor is {data.Type}.");
    }
}
