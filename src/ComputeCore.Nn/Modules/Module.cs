namespace ComputeCore.Nn;

/// <summary>
/// A part of a model that owns variables: parameters, which optimizers train, and buffers (running statistics), which they
/// don't. Modules nest; a variable's full name is the path to it, as in PyTorch's <c>state_dict</c>: <c>features.0.weight</c>.
/// </summary>
public abstract class Module
{
    private readonly List<(string Name, Variable Variable)> parameters = [];
    private readonly List<(string Name, Variable Variable)> buffers = [];
    private readonly List<(string Name, Module Module)> children = [];

    /// <summary>
    /// Whether the graph being traced is for training: dropout drops, batch normalization uses the batch's statistics. Set by
    /// <see cref="Train"/> before the model's code is traced.
    /// </summary>
    public bool Training { get; private set; } = true;

    /// <summary>The modules directly inside this one, by name.</summary>
    public IReadOnlyList<(string Name, Module Module)> Children => children;

    /// <summary>All modules inside this one, at any depth, under their full names.</summary>
    public IEnumerable<(string Name, Module Module)> Descendants() => children.SelectMany(child =>
        child.Module.Descendants().Select(inner => (Name: $"{child.Name}.{inner.Name}", inner.Module)).Prepend(child));

    /// <summary>All trained variables, inner modules' included, under their full names.</summary>
    public IReadOnlyList<(string Name, Variable Variable)> Parameters() => [.. Collect("", module => module.parameters)];

    /// <summary>All variables that are saved but not trained, under their full names.</summary>
    public IReadOnlyList<(string Name, Variable Variable)> Buffers() => [.. Collect("", module => module.buffers)];

    /// <summary>Parameters and buffers: what a file with this model's weights holds.</summary>
    public IReadOnlyList<(string Name, Variable Variable)> State() => [.. Parameters(), .. Buffers()];

    /// <summary>Makes this module and those inside it behave as in training, or as in use.</summary>
    public void Train(bool training = true)
    {
        Training = training;
        foreach (var (_, child) in children)
            child.Train(training);
    }

    /// <summary>Adds a variable that optimizers train.</summary>
    /// <exception cref="ArgumentException">The module already has something of this name.</exception>
    protected Variable Parameter(string name, InitialValue initial) => Add(parameters, name, initial);

    /// <summary>Adds a variable that is saved but not trained.</summary>
    /// <exception cref="ArgumentException">The module already has something of this name.</exception>
    protected Variable Buffer(string name, InitialValue initial) => Add(buffers, name, initial);

    /// <summary>Adds a module inside this one.</summary>
    /// <exception cref="ArgumentException">The module already has something of this name.</exception>
    protected T Register<T>(string name, T module)
        where T : Module
    {
        RequireNew(name);
        children.Add((name, module));
        return module;
    }

    private Variable Add(List<(string, Variable)> list, string name, InitialValue initial)
    {
        RequireNew(name);
        var variable = new Variable(name, initial);
        list.Add((name, variable));
        return variable;
    }

    private void RequireNew(string name)
    {
        if (parameters.Concat(buffers).Any(entry => entry.Name == name) || children.Any(child => child.Name == name))
            throw new ArgumentException($"The module already has '{name}'.", nameof(name));
    }

    private IEnumerable<(string, Variable)> Collect(string prefix, Func<Module, IEnumerable<(string Name, Variable Variable)>> own) =>
        own(this).Select(entry => (prefix + entry.Name, entry.Variable))
            .Concat(children.SelectMany(child => child.Module.Collect($"{prefix}{child.Name}.", own)));
}

/// <summary>A module that maps one tensor to another, so that a <see cref="Sequential"/> can hold it.</summary>
public abstract class Layer : Module
{
    /// <summary>Adds the layer's operations to the graph being traced.</summary>
    /// <exception cref="ShapeException">The layer does not take inputs of this type.</exception>
    public abstract Tensor Forward(Tensor input);
}

/// <summary>Layers one after the other, named 0, 1, 2, ….</summary>
public sealed class Sequential : Layer
{
    private readonly Layer[] layers;

    /// <summary>Makes a layer of layers.</summary>
    public Sequential(params Layer[] layers)
    {
        this.layers = layers;
        for (var i = 0; i < layers.Length; i++)
            Register($"{i}", layers[i]);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => layers.Aggregate(input, (x, layer) => layer.Forward(x));
}
