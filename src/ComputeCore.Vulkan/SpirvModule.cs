using System.Runtime.InteropServices;
using ComputeCore.Devices;

namespace ComputeCore.Vulkan;

/// <summary>What a kernel's SPIR-V module says of itself: capabilities, shared memory, and which storage buffers it reads and writes.</summary>
/// <remarks>
/// Instructions as in the SPIR-V specification, version 1.3, section 3.32. A buffer is read or written where a pointer is loaded
/// from or stored to; the pointer is followed back, through access chains and calls, to the variable it came from.
/// </remarks>
internal sealed class SpirvModule
{
    private const int HeaderWords = 5;

    private readonly List<uint> capabilities = [];
    private readonly Dictionary<uint, uint[]> types = [];
    private readonly Dictionary<uint, uint> constants = [];
    private readonly Dictionary<uint, int> bindings = [];
    private readonly List<uint> sharedTypes = [];
    private readonly Dictionary<uint, List<uint>> parameters = [];
    private readonly List<uint[]> calls = [];

    // From a pointer to what it was made of, and the pointers that memory is accessed through.
    private readonly Dictionary<uint, List<uint>> origins = [];
    private readonly HashSet<uint> loaded = [];
    private readonly HashSet<uint> stored = [];

    /// <summary>Reads a module.</summary>
    /// <param name="kernel">The kernel's name, for messages.</param>
    /// <param name="module">The module.</param>
    /// <exception cref="DeviceException">It is no SPIR-V module.</exception>
    public SpirvModule(string kernel, ReadOnlySpan<byte> module)
    {
        const uint magic = 0x07230203;
        var words = MemoryMarshal.Cast<byte, uint>(module);
        if (module.Length % sizeof(uint) != 0 || words.Length < HeaderWords || words[0] != magic)
            throw new DeviceException($"The kernel {kernel} has no valid SPIR-V module; build its project again.");

        for (var at = HeaderWords; at < words.Length;)
        {
            var (opcode, length) = ((Opcode)(words[at] & 0xffff), (int)(words[at] >> 16));
            if (length == 0 || length > words.Length - at)
                throw new DeviceException($"The SPIR-V module of the kernel {kernel} breaks off at word {at}; build its project again.");
            Read(opcode, words.Slice(at + 1, length - 1));
            at += length;
        }

        foreach (var call in calls)
            foreach (var (parameter, argument) in parameters[call[2]].Zip(call.Skip(3)))
                AddOrigin(parameter, argument);
        Reads = BindingsBehind(loaded);
        Writes = BindingsBehind(stored);
        SharedBytes = sharedTypes.Sum(SizeOf);
    }

    private enum Opcode
    {
        Capability = 17,
        TypeBool = 20,
        TypeInt = 21,
        TypeFloat = 22,
        TypeVector = 23,
        TypeMatrix = 24,
        TypeArray = 28,
        TypeStruct = 30,
        TypePointer = 32,
        Constant = 43,
        SpecConstant = 50,
        Function = 54,
        FunctionParameter = 55,
        FunctionCall = 57,
        Variable = 59,
        Load = 61,
        Store = 62,
        CopyMemory = 63,
        AccessChain = 65,
        InBoundsAccessChain = 66,
        PtrAccessChain = 67,
        Decorate = 71,
        CopyObject = 83,
        Bitcast = 124,
        Select = 169,
        AtomicLoad = 227,
        AtomicStore = 228,
        AtomicExchange = 229,
        AtomicXor = 242,
        Phi = 245,
    }

    /// <summary>The capabilities that the module declares.</summary>
    public IReadOnlyList<uint> Capabilities => capabilities;

    /// <summary>Bytes of shared memory that a group takes.</summary>
    public long SharedBytes { get; }

    /// <summary>The bindings of the storage buffers that the kernel reads.</summary>
    public IReadOnlySet<int> Reads { get; }

    /// <summary>The bindings of the storage buffers that the kernel writes.</summary>
    public IReadOnlySet<int> Writes { get; }

    private void Read(Opcode opcode, ReadOnlySpan<uint> operands)
    {
        const uint binding = 33, workgroup = 4;
        switch (opcode)
        {
            case Opcode.Capability:
                capabilities.Add(operands[0]);
                break;
            case Opcode.Decorate when operands[1] == binding:
                bindings[operands[0]] = (int)operands[2];
                break;
            case Opcode.TypeBool or Opcode.TypeInt or Opcode.TypeFloat or Opcode.TypeVector or Opcode.TypeMatrix or Opcode.TypeArray
                or Opcode.TypeStruct or Opcode.TypePointer:
                types[operands[0]] = [(uint)opcode, .. operands[1..]];
                break;
            case Opcode.Constant or Opcode.SpecConstant:
                constants[operands[1]] = operands[2];
                break;
            case Opcode.Variable when operands[2] == workgroup:
                sharedTypes.Add(types[operands[0]][2]);
                break;

            case Opcode.Function:
                parameters[operands[1]] = [];
                break;
            case Opcode.FunctionParameter:
                // A function's parameters follow it.
                parameters[parameters.Keys.Last()].Add(operands[1]);
                break;
            case Opcode.FunctionCall:
                calls.Add(operands.ToArray());
                break;

            case Opcode.AccessChain or Opcode.InBoundsAccessChain or Opcode.PtrAccessChain or Opcode.CopyObject or Opcode.Bitcast:
                AddOrigin(operands[1], operands[2]);
                break;
            case Opcode.Select:
                AddOrigin(operands[1], operands[3]);
                AddOrigin(operands[1], operands[4]);
                break;
            case Opcode.Phi:
                for (var i = 2; i < operands.Length; i += 2)
                    AddOrigin(operands[1], operands[i]);
                break;

            case Opcode.Load or Opcode.AtomicLoad:
                loaded.Add(operands[2]);
                break;
            case Opcode.Store or Opcode.AtomicStore:
                stored.Add(operands[0]);
                break;
            case Opcode.CopyMemory:
                stored.Add(operands[0]);
                loaded.Add(operands[1]);
                break;
            case >= Opcode.AtomicExchange and <= Opcode.AtomicXor:
                loaded.Add(operands[2]);
                stored.Add(operands[2]);
                break;
        }
    }

    private void AddOrigin(uint pointer, uint origin) =>
        (CollectionsMarshal.GetValueRefOrAddDefault(origins, pointer, out _) ??= []).Add(origin);

    private HashSet<int> BindingsBehind(IEnumerable<uint> pointers)
    {
        var seen = new HashSet<uint>();
        var open = new Stack<uint>(pointers);
        while (open.TryPop(out var pointer))
            if (seen.Add(pointer))
                foreach (var origin in origins.GetValueOrDefault(pointer, []))
                    open.Push(origin);
        return [.. seen.Where(bindings.ContainsKey).Select(variable => bindings[variable])];
    }

    private long SizeOf(uint type) => types[type] switch
    {
        [(uint)Opcode.TypeBool, ..] => sizeof(int),
        [(uint)Opcode.TypeInt or (uint)Opcode.TypeFloat, var bits, ..] => bits / 8,
        [(uint)Opcode.TypeVector or (uint)Opcode.TypeMatrix, var element, var count] => SizeOf(element) * count,
        [(uint)Opcode.TypeArray, var element, var length] => SizeOf(element) * constants[length],
        [(uint)Opcode.TypeStruct, .. var members] => members.Sum(SizeOf),
        _ => 0,
    };
}
