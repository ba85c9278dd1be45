namespace ComputeCore.Models;

/// <summary>How the next token is chosen from a model's logits.</summary>
public sealed record SamplingOptions
{
    /// <summary>The likeliest token each time.</summary>
    public static SamplingOptions Greedy { get; } = new() { Temperature = 0 };

    /// <summary>What logits are divided by, at least 0: below 1 likelier tokens become likelier still, and 0 takes the likeliest one.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Of how many of the likeliest tokens one is drawn (Fan, Lewis and Dauphin, 2018); 0 for all.</summary>
    public int TopK { get; init; }

    /// <summary>Drawn is from the fewest likeliest tokens that together have this probability (Holtzman et al., 2020); 1 for all.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Drawn is from tokens at least this share as likely as the likeliest (Nguyen et al., min-p, 2024); 0 for all.</summary>
    public double MinP { get; init; }

    /// <summary>
    /// What the logits of tokens that occurred already are divided by, or multiplied by where they are negative (Keskar et al.,
    /// CTRL, 2019); 1 for none.
    /// </summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Decides what is drawn, from 0 to <see cref="RandomGenerator.MaximumSeed"/>. The same seed gives the same text on every device whose logits are the same bits.</summary>
    public long Seed { get; init; }
}
