using System.Numerics;

namespace ComputeCore.Text;

/// <summary>The merges of a byte-pair vocabulary: from two neighbouring ids to the rank of their merge and the id that it gives.</summary>
internal sealed class MergeTable
{
    private const ulong Empty = ulong.MaxValue;
    private const int ShortWord = 32;

    private readonly ulong[] pairs;
    private readonly (int Rank, int Id)[] merges;

    /// <summary>Takes merges, the first ones first; of one that is there twice the first counts.</summary>
    public MergeTable(IReadOnlyList<(int Left, int Right, int Merged)> ranked)
    {
        var size = BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, ranked.Count * 2L));
        pairs = new ulong[size];
        merges = new (int, int)[size];
        pairs.AsSpan().Fill(Empty);
        for (var rank = 0; rank < ranked.Count; rank++)
        {
            var (left, right, merged) = ranked[rank];
            var index = IndexOf(left, right);
            if (pairs[index] == Empty)
                (pairs[index], merges[index]) = (Pair(left, right), (rank, merged));
        }
    }

    /// <summary>
    /// Merges neighbours in a word until no merge is left, always the one of the lowest rank, of equal ones the leftmost
    /// (Sennrich, Haddow and Birch, 2016, "Neural machine translation of rare words with subword units").
    /// </summary>
    /// <param name="ids">The word's ids, from its start in a list to the list's end.</param>
    /// <param name="start">Where the word starts.</param>
    public void Apply(List<int> ids, int start)
    {
        if (ids.Count - start <= ShortWord)
            ApplyByScanning(ids, start);
        else
            ApplyByQueue(ids, start);
    }

    /// <summary>Looks at all pairs for each merge: the shortest way for words as they are in texts. O(n^2).</summary>
    internal void ApplyByScanning(List<int> ids, int start)
    {
        var count = ids.Count - start;
        Span<int> word = count <= 256 ? stackalloc int[count] : new int[count];
        Span<(int Rank, int Id)> pending = count <= 256 ? stackalloc (int, int)[count] : new (int, int)[count];
        for (var i = 0; i < count; i++)
            word[i] = ids[start + i];
        for (var i = 0; i < count - 1; i++)
            pending[i] = Find(word[i], word[i + 1]);
        while (count > 1)
        {
            var best = 0;
            for (var i = 1; i < count - 1; i++)
                best = pending[i].Rank < pending[best].Rank ? i : best;
            if (pending[best].Rank == int.MaxValue)
                break;
            word[best] = pending[best].Id;
            word[(best + 2)..count].CopyTo(word[(best + 1)..]);
            pending[(best + 1)..(count - 1)].CopyTo(pending[best..]);
            count--;
            if (best > 0)
                pending[best - 1] = Find(word[best - 1], word[best]);
            if (best < count - 1)
                pending[best] = Find(word[best], word[best + 1]);
        }

        ids.RemoveRange(start, ids.Count - start);
        foreach (var id in word[..count])
            ids.Add(id);
    }

    /// <summary>A list with links and a queue of its pairs, for words without end, as a file of base64 is one: O(n log n).</summary>
    internal void ApplyByQueue(List<int> ids, int start)
    {
        int[] word = [.. ids.Skip(start)];
        var previous = new int[word.Length];
        var next = new int[word.Length];
        var queue = new PriorityQueue<(int Left, int LeftId, int RightId, int Merged), (int Rank, int Position)>();
        for (var i = 0; i < word.Length; i++)
            (previous[i], next[i]) = (i - 1, i + 1);
        for (var i = 0; i < word.Length - 1; i++)
            Enqueue(i);
        while (queue.TryDequeue(out var candidate, out _))
        {
            var left = candidate.Left;
            var right = next[left];
            // Merged away, or its right neighbour was.
            if (word[left] != candidate.LeftId || right >= word.Length || word[right] != candidate.RightId)
                continue;
            word[left] = candidate.Merged;
            word[right] = -1;
            next[left] = next[right];
            if (next[left] < word.Length)
            {
                previous[next[left]] = left;
                Enqueue(left);
            }

            if (previous[left] >= 0)
                Enqueue(previous[left]);
        }

        ids.RemoveRange(start, ids.Count - start);
        for (var i = 0; i < word.Length; i = next[i])
            ids.Add(word[i]);

        void Enqueue(int left)
        {
            var (rank, merged) = Find(word[left], word[next[left]]);
            if (rank != int.MaxValue)
                queue.Enqueue((left, word[left], word[next[left]], merged), (rank, left));
        }
    }

    private (int Rank, int Id) Find(int left, int right)
    {
        var index = IndexOf(left, right);
        return pairs[index] == Empty ? (int.MaxValue, 0) : merges[index];
    }

    private int IndexOf(int left, int right)
    {
        var pair = Pair(left, right);
        var mask = pairs.Length - 1;
        var index = (int)((pair * 0x9E3779B97F4A7C15) >> 32) & mask;
        while (pairs[index] != pair && pairs[index] != Empty)
            index = (index + 1) & mask;
        return index;
    }

    private static ulong Pair(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;
}
