namespace ComputeCore.Data;

/// <summary>The order of the samples in an epoch: a pure function of (seed, epoch).</summary>
internal sealed class SampleOrder
{
    private readonly int[] samples;
    private readonly ulong seed;
    private readonly bool isShuffled;
    private int epoch = -1;

    /// <summary>An order of samples from 0 to below a count.</summary>
    public SampleOrder(int count, ulong seed, bool isShuffled)
    {
        samples = new int[count];
        this.seed = seed;
        this.isShuffled = isShuffled;
    }

    /// <summary>The samples of an epoch in their order, valid until another epoch is asked for.</summary>
    public ReadOnlySpan<int> Of(int wantedEpoch)
    {
        if (epoch != wantedEpoch)
        {
            for (var i = 0; i < samples.Length; i++)
                samples[i] = i;
            if (isShuffled)
                Shuffle(wantedEpoch);
            epoch = wantedEpoch;
        }

        return samples;
    }

    /// <summary>Fisher and Yates' shuffle in Durstenfeld's form, from the end (Knuth, volume 2, 3.4.2, algorithm P).</summary>
    private void Shuffle(int wantedEpoch)
    {
        var random = new CounterRandom(seed, wantedEpoch, CounterRandom.OrderStream);
        for (var last = samples.Length - 1; last > 0; last--)
        {
            var chosen = random.Below(last + 1);
            (samples[last], samples[chosen]) = (samples[chosen], samples[last]);
        }
    }
}
