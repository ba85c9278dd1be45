namespace ComputeCore.Text;

/// <summary>Counts the words of texts on all cores. The counts do not depend on their number.</summary>
internal static class WordCounter
{
    private const int ChunkBytes = 1 << 18;

    /// <summary>Calls back for each word of a text.</summary>
    public delegate void Splitter(ReadOnlySpan<byte> text, ByteMap counts);

    /// <summary>All words with their counts, in the order of their bytes.</summary>
    /// <param name="texts">UTF-8.</param>
    /// <param name="split">Counts the words of a part of a text that starts and ends where words do.</param>
    /// <param name="progress">Told of the bytes.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static List<(ReadOnlyMemory<byte> Word, long Count)> Count(
        IEnumerable<ReadOnlyMemory<byte>> texts, Splitter split, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        List<ReadOnlyMemory<byte>> chunks = [.. texts.SelectMany(Chunks)];
        var total = chunks.Sum(chunk => (long)chunk.Length);
        var done = 0L;
        var all = new ByteMap(1 << 12);
        Parallel.ForEach(
            chunks,
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken },
            () => new ByteMap(1 << 12),
            (chunk, _, counts) =>
            {
                split(chunk.Span, counts);
                var soFar = Interlocked.Add(ref done, chunk.Length);
                progress?.Report(new TrainingProgress("Counting words", soFar, total));
                return counts;
            },
            counts =>
            {
                lock (all)
                {
                    foreach (var (word, count) in counts.Entries())
                        all[word.Span] += count;
                }
            });

        List<(ReadOnlyMemory<byte> Word, long Count)> words = [.. all.Entries()];
        words.Sort((a, b) => a.Word.Span.SequenceCompareTo(b.Word.Span));
        return words;
    }

    /// <summary>
    /// Cuts a text after line feeds that no white space follows: in every known pattern a word ends there, so that the words are
    /// those of the whole text.
    /// </summary>
    internal static IEnumerable<ReadOnlyMemory<byte>> Chunks(ReadOnlyMemory<byte> text)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = EndOfChunk(text.Span, start);
            yield return text[start..end];
            start = end;
        }
    }

    private static int EndOfChunk(ReadOnlySpan<byte> text, int start)
    {
        var end = start + ChunkBytes;
        while (end < text.Length)
        {
            var lineFeed = text[(end - 1)..].IndexOf((byte)'\n');
            if (lineFeed < 0)
                break;
            end += lineFeed;
            if (end < text.Length && CharacterClasses.At(text, end, out var length) != CharacterClass.Whitespace)
                return end;
            end++;
        }

        return text.Length;
    }
}
