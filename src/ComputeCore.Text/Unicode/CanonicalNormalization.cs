using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text;

namespace ComputeCore.Text;

/// <summary>
/// Unicode's normalization forms C and D (UAX #15) of UTF-8 text. .NET's own needs ICU, and without it, in a program with
/// invariant globalization, leaves text as it is in silence; token ids must not depend on that.
/// </summary>
internal static class CanonicalNormalization
{
    private const int PlanesWithDecompositions = 0x30000;

    // Hangul syllables are composed by arithmetic (The Unicode Standard, section 3.12).
    private const int SyllableBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TrailBase = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TrailCount = 28, SyllableCount = LeadCount * VowelCount * TrailCount;

    private static readonly Dictionary<int, int> Classes = [];
    private static readonly Dictionary<int, int[]> Decompositions = [];
    private static readonly Dictionary<(int First, int Second), int> Compositions = [];

    /// <summary>The code points that a text in form C or D can't hold, or only in some places: their presence needs a look.</summary>
    private static readonly BitArray MayChangeComposed = new(PlanesWithDecompositions);
    private static readonly BitArray MayChangeDecomposed = new(PlanesWithDecompositions);

    static CanonicalNormalization()
    {
        using var reader = new StreamReader(typeof(CanonicalNormalization).Assembly.GetManifestResourceStream("normalization.txt")!);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
                continue;
            var fields = line.Split(';');
            var code = Hex(fields[0]);
            MayChangeDecomposed[code] = true;
            if (fields[1].Length > 0)
                Classes[code] = Hex(fields[1]);
            if (fields.Length > 2 && fields[2].Length > 0)
                Decompositions[code] = [.. fields[2].Split(' ').Select(Hex)];
            var isExcluded = fields.Length > 3;
            if (isExcluded || fields[1].Length > 0)
                MayChangeComposed[code] = true;
            if (!isExcluded && Decompositions.TryGetValue(code, out var parts))
            {
                Compositions[(parts[0], parts[1])] = code;
                MayChangeComposed[parts[1]] = true;
            }
        }

        for (var i = 0; i < SyllableCount; i++)
            MayChangeDecomposed[SyllableBase + i] = true;
        for (var i = 0; i < VowelCount; i++)
            MayChangeComposed[VowelBase + i] = true;
        for (var i = 1; i < TrailCount; i++)
            MayChangeComposed[TrailBase + i] = true;
    }

    /// <summary>The text in form C: as it is where it has that form, otherwise in the buffer. Bytes that are no UTF-8 stay.</summary>
    public static ReadOnlySpan<byte> Compose(ReadOnlySpan<byte> utf8, ArrayBufferWriter<byte> buffer) => Normalize(utf8, MayChangeComposed, compose: true, buffer);

    /// <summary>The text in form D, likewise.</summary>
    public static ReadOnlySpan<byte> Decompose(ReadOnlySpan<byte> utf8, ArrayBufferWriter<byte> buffer) => Normalize(utf8, MayChangeDecomposed, compose: false, buffer);

    private static ReadOnlySpan<byte> Normalize(ReadOnlySpan<byte> utf8, BitArray mayChange, bool compose, ArrayBufferWriter<byte> buffer)
    {
        // A run that is touched reaches from the character before the first suspect to the next one that starts anew.
        var codes = new List<int>();
        var done = 0;
        var lastStart = 0;
        buffer.ResetWrittenCount();
        for (var i = 0; i < utf8.Length;)
        {
            var next = utf8[i..].IndexOfAnyInRange((byte)0x80, (byte)0xFF);
            if (next < 0)
                break;
            if (next > 0)
            {
                i += next;
                lastStart = i - 1;
            }

            var isValid = Rune.DecodeFromUtf8(utf8[i..], out var rune, out var length) == OperationStatus.Done;
            if (!isValid || !IsIn(mayChange, rune.Value))
            {
                lastStart = i;
                i += length;
                continue;
            }

            var end = i + length;
            while (end < utf8.Length && Rune.DecodeFromUtf8(utf8[end..], out rune, out length) == OperationStatus.Done && IsIn(mayChange, rune.Value))
                end += length;
            // What stands before takes part unless it is broken.
            var start = Rune.DecodeFromUtf8(utf8[lastStart..], out _, out _) == OperationStatus.Done ? Math.Max(lastStart, done) : i;
            buffer.Write(utf8[done..start]);
            codes.Clear();
            foreach (var each in new Utf8Runes(utf8[start..end]))
                AddDecomposed(each, codes);
            Reorder(codes);
            if (compose)
                Compose(codes);
            foreach (var code in codes)
                buffer.Advance(new Rune(code).EncodeToUtf8(buffer.GetSpan(4)));
            done = lastStart = i = end;
        }

        if (done == 0 && buffer.WrittenCount == 0)
            return utf8;
        buffer.Write(utf8[done..]);
        return buffer.WrittenSpan;
    }

    private static bool IsIn(BitArray set, int code) => code < PlanesWithDecompositions && set[code];

    private static int ClassOf(int code) => Classes.GetValueOrDefault(code);

    private static void AddDecomposed(int code, List<int> codes)
    {
        if ((uint)(code - SyllableBase) < SyllableCount)
        {
            var index = code - SyllableBase;
            codes.Add(LeadBase + (index / (VowelCount * TrailCount)));
            codes.Add(VowelBase + (index / TrailCount % VowelCount));
            if (index % TrailCount > 0)
                codes.Add(TrailBase + (index % TrailCount));
        }
        else if (Decompositions.TryGetValue(code, out var parts))
        {
            foreach (var part in parts)
                AddDecomposed(part, codes);
        }
        else
        {
            codes.Add(code);
        }
    }

    /// <summary>Sorts each run of combining characters by class, and leaves those of one class in their order.</summary>
    private static void Reorder(List<int> codes)
    {
        for (var i = 1; i < codes.Count; i++)
        {
            var code = codes[i];
            var order = ClassOf(code);
            var j = i;
            for (; order != 0 && j > 0 && ClassOf(codes[j - 1]) > order; j--)
                codes[j] = codes[j - 1];
            codes[j] = code;
        }
    }

    private static void Compose(List<int> codes)
    {
        var (starter, count, lastClass) = (-1, 0, 0);
        for (var i = 0; i < codes.Count; i++)
        {
            var code = codes[i];
            var order = ClassOf(code);
            var isBlocked = starter >= 0 && starter < count - 1 && (lastClass >= order || lastClass == 0);
            if (starter >= 0 && !isBlocked && Composed(codes[starter], code) is { } composed)
            {
                codes[starter] = composed;
                continue;
            }

            if (order == 0)
                starter = count;
            lastClass = order;
            codes[count++] = code;
        }

        codes.RemoveRange(count, codes.Count - count);
    }

    private static int? Composed(int first, int second)
    {
        if ((uint)(first - LeadBase) < LeadCount && (uint)(second - VowelBase) < VowelCount)
            return SyllableBase + ((((first - LeadBase) * VowelCount) + second - VowelBase) * TrailCount);
        if ((uint)(first - SyllableBase) < SyllableCount && (first - SyllableBase) % TrailCount == 0 && second - TrailBase is > 0 and < TrailCount)
            return first + second - TrailBase;
        return Compositions.TryGetValue((first, second), out var composed) ? composed : null;
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private ref struct Utf8Runes(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> rest = rest;

        public int Current { get; private set; }

        public readonly Utf8Runes GetEnumerator() => this;

        public bool MoveNext()
        {
            if (rest.IsEmpty)
                return false;
            Rune.DecodeFromUtf8(rest, out var rune, out var length);
            Current = rune.Value;
            rest = rest[length..];
            return true;
        }
    }
}
