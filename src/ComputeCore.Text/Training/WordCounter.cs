using System.Text;

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
    /// Cuts a text before white space that no other precedes: there GPT-2's words and BERT's end, and what follows does not depend
    /// on what was before, so that the words are those of the whole text.
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
        for (var end = start + ChunkBytes; end < text.Length; end++)
        {
            var step = text[end..].IndexOfAny((byte)' ', (byte)'\n');
            if (step < 0)
                break;
            end += step;
            Rune.DecodeLastFromUtf8(text[..end], out var before, out _);
            if (!Rune.IsWhiteSpace(before))
                return end;
        }

        return text.Length;
    }
}
