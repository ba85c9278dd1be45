namespace ComputeCore;

/// <summary>What becomes of the losses of the single samples.</summary>
public enum LossReduction
{
    /// <summary>Their mean, weighted where classes have weights; ignored samples do not count.</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>They stay as they are.</summary>
    None,
}
