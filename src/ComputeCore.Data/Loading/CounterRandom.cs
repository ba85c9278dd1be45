namespace ComputeCore.Data;

/// <summary>
/// Random numbers that are a pure function of (seed, epoch, stream): SplitMix64 (Steele, Lea and Flood, 2014, "Fast splittable
/// pseudorandom number generators"), whose n-th number is a hash of the start plus n times the golden ratio. Fixed here, and
/// not <see cref="Random"/>, so that an order of samples outlives a change of the runtime.
/// </summary>
internal struct CounterRandom
{
    private const ulong GoldenRatio = 0x9E3779B97F4A7C15;

    /// <summary>The stream of an epoch's order; those of samples are numbered from 0.</summary>
    public const ulong OrderStream = ulong.MaxValue;

    private ulong state;

    /// <summary>The generator as published, started from a state.</summary>
    public CounterRandom(ulong state) => this.state = state;

    /// <summary>A generator whose start is the hash of the three numbers, taken in one after another.</summary>
    public CounterRandom(ulong seed, int epoch, ulong stream) =>
        state = Mix(Mix(Mix(seed + GoldenRatio) + (ulong)epoch + GoldenRatio) + stream + GoldenRatio);

    /// <summary>The next 64 bits.</summary>
    public ulong Next() => Mix(state += GoldenRatio);

    /// <summary>
    /// A number from 0 to below a bound, each equally likely: the high half of a product, drawn again in the rare cases that
    /// would favour some (Lemire, 2019, "Fast random integer generation in an interval").
    /// </summary>
    public int Below(int bound) => (int)Below((long)bound);

    /// <inheritdoc cref="Below(int)"/>
    public long Below(long bound)
    {
        var range = (ulong)bound;
        var unfair = (0 - range) % range;
        ulong high;
        ulong low;
        do
        {
            high = Math.BigMul(Next(), range, out low);
        }
        while (low < unfair);
        return (long)high;
    }

    private static ulong Mix(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
