using NUnit.Framework;

namespace ComputeCore.Vulkan.Tests;

/// <summary>Memory ranges against a map of every unit.</summary>
public class FreeRangesTests
{
    [Test]
    public void Parts_never_overlap_and_are_all_given_back([Range(1, 20)] int seed)
    {
        const int size = 200;
        var random = new Random(seed);
        var ranges = new FreeRanges(size);
        var map = new bool[size];
        var taken = new List<(int Start, int Length)>();
        for (var step = 0; step < 2000; step++)
        {
            if (random.Next(2) == 0)
            {
                var length = random.Next(1, 30);
                var start = (int)ranges.Take(length);
                var longest = new string([.. map.Select(used => used ? 'x' : '.')]).Split('x').Max(run => run.Length);
                Assert.That(start >= 0, Is.EqualTo(longest >= length));
                if (start < 0)
                    continue;
                Assert.That(map.AsSpan(start, length).Contains(true), Is.False);
                map.AsSpan(start, length).Fill(true);
                taken.Add((start, length));
            }
            else if (taken.Count > 0)
            {
                var index = random.Next(taken.Count);
                var (start, length) = taken[index];
                taken.RemoveAt(index);
                ranges.Give(start, length);
                map.AsSpan(start, length).Clear();
            }

            Assert.That(ranges.IsWhole, Is.EqualTo(taken.Count == 0));
        }
    }
}
