namespace ComputeCore.Nn;

/// <summary>
/// The keys and values that attention layers have seen, so that a further token costs one token's work. They are variables that
/// a step writes in place.
/// </summary>
public sealed class KeyValueCache : IDisposable
{
    /// <summary>Makes an empty cache.</summary>
    /// <param name="layers">How many attention layers there are.</param>
    /// <param name="batch">How many sequences.</param>
    /// <param name="capacity">How many positions each may have.</param>
    /// <param name="keyHeads">Heads of a layer's keys and values.</param>
    /// <param name="headSize">Elements of a head.</param>
    public KeyValueCache(int layers, int batch, int capacity, int keyHeads, int headSize)
    {
        (Batch, Capacity) = (batch, capacity);
        Layers = [.. Enumerable.Range(0, layers).Select(layer => new LayerCache(layer, [batch, capacity, keyHeads, headSize]))];
    }

    /// <summary>How many sequences there are.</summary>
    public int Batch { get; }

    /// <summary>How many positions each may have.</summary>
    public int Capacity { get; }

    /// <summary>The layers' keys and values.</summary>
    public IReadOnlyList<LayerCache> Layers { get; }

    /// <summary>Makes the graph that is being traced replace the sequences by others of them: the survivors of a beam search.</summary>
    /// <param name="sequences">For each place the sequence that takes it, i32 [batch].</param>
    public void Reorder(Tensor sequences)
    {
        foreach (var variable in Layers.SelectMany(layer => new[] { layer.Keys, layer.Values }))
            variable.Assign(variable.ToTensor().IndexSelect(0, sequences));
    }

    /// <summary>Releases the memory.</summary>
    public void Dispose()
    {
        foreach (var layer in Layers)
        {
            layer.Keys.Dispose();
            layer.Values.Dispose();
        }
    }
}

/// <summary>The keys and values of one layer, [batch, capacity, heads, headSize].</summary>
public sealed class LayerCache
{
    internal LayerCache(int layer, Shape shape)
    {
        Keys = new Variable($"{layer}.keys", Initializers.Constant(shape, 0));
        Values = new Variable($"{layer}.values", Initializers.Constant(shape, 0));
    }

    /// <summary>The keys, rotated where there are rotary positions.</summary>
    public Variable Keys { get; }

    /// <summary>The values.</summary>
    public Variable Values { get; }

    /// <summary>Makes the graph that is being traced write T positions of each sequence, and gives the whole cache with them in it.</summary>
    /// <param name="keys">[batch, T, heads, headSize].</param>
    /// <param name="values">Of the same shape.</param>
    /// <param name="positions">Where each sequence's first one goes, i32 [batch]. What lies beyond the capacity is not written.</param>
    /// <exception cref="ShapeException">The shapes do not match.</exception>
    public (Tensor Keys, Tensor Values) Write(Tensor keys, Tensor values, Tensor positions)
    {
        var (allKeys, allValues) = (Keys.ToTensor().WriteRows(keys, positions), Values.ToTensor().WriteRows(values, positions));
        Keys.Assign(allKeys);
        Values.Assign(allValues);
        return (allKeys, allValues);
    }
}
