using System.Numerics;
using System.Runtime.InteropServices;

namespace ComputeCore.Text;

/// <summary>
/// Numbers by byte strings: open addressing with linear probing, the strings in one array, so that a look-up costs one or two
/// cache misses and an insertion no allocation.
/// </summary>
internal sealed class ByteMap
{
    private Slot[] slots;
    private byte[] keys;
    private int keyBytes;

    public ByteMap(int expectedCount = 64)
    {
        slots = new Slot[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, expectedCount * 2L))];
        keys = new byte[Math.Max(256, expectedCount * 8)];
    }

    public int Count { get; private set; }

    /// <summary>The number that belongs to a string, 0 for one that was just added.</summary>
    public ref long this[ReadOnlySpan<byte> key]
    {
        get
        {
            if (Count * 2 >= slots.Length)
                Grow();
            var hash = Hash(key);
            ref var slot = ref Find(key, hash);
            if (slot.Length == 0)
            {
                if (keys.Length - keyBytes < key.Length)
                    Array.Resize(ref keys, (int)Math.Min(Array.MaxLength, Math.Max(keys.Length * 2L, keyBytes + (long)key.Length)));
                key.CopyTo(keys.AsSpan(keyBytes));
                slot = new Slot { Hash = hash, Offset = keyBytes, Length = key.Length + 1 };
                keyBytes += key.Length;
                Count++;
            }

            return ref slot.Value;
        }
    }

    /// <summary>Whether there is a string, and its number.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, out long value)
    {
        ref var slot = ref Find(key, Hash(key));
        value = slot.Value;
        return slot.Length != 0;
    }

    public void Clear()
    {
        slots.AsSpan().Clear();
        (Count, keyBytes) = (0, 0);
    }

    /// <summary>All strings with their numbers, in no order that means anything.</summary>
    public IEnumerable<(ReadOnlyMemory<byte> Key, long Value)> Entries()
    {
        foreach (var slot in slots)
        {
            if (slot.Length != 0)
                yield return (keys.AsMemory(slot.Offset, slot.Length - 1), slot.Value);
        }
    }

    private ref Slot Find(ReadOnlySpan<byte> key, uint hash)
    {
        var mask = (uint)slots.Length - 1;
        for (var index = hash & mask; ; index = (index + 1) & mask)
        {
            ref var slot = ref slots[index];
            if (slot.Length == 0 || (slot.Hash == hash && slot.Length == key.Length + 1 && keys.AsSpan(slot.Offset, key.Length).SequenceEqual(key)))
                return ref slot;
        }
    }

    private void Grow()
    {
        var old = slots;
        slots = new Slot[old.Length * 2];
        var mask = (uint)slots.Length - 1;
        foreach (var slot in old)
        {
            if (slot.Length == 0)
                continue;
            var index = slot.Hash & mask;
            while (slots[index].Length != 0)
                index = (index + 1) & mask;
            slots[index] = slot;
        }
    }

    /// <summary>Eight bytes at a time through a multiplication whose halves are folded together, as in wyhash (Wang Yi).</summary>
    private static uint Hash(ReadOnlySpan<byte> key)
    {
        const ulong Multiplier = 0x9E3779B97F4A7C15;
        var hash = (ulong)key.Length * Multiplier;
        for (; key.Length >= 8; key = key[8..])
            hash = Fold(hash ^ MemoryMarshal.Read<ulong>(key));
        var rest = 0UL;
        foreach (var value in key)
            rest = (rest << 8) | value;
        hash = Fold(hash ^ rest);
        return (uint)(hash ^ (hash >> 32));

        static ulong Fold(ulong bits)
        {
            var high = Math.BigMul(bits, Multiplier, out var low);
            return high ^ low;
        }
    }

    private struct Slot
    {
        public uint Hash;
        public int Offset;

        /// <summary>The string's length and 1; 0 where there is none.</summary>
        public int Length;
        public long Value;
    }
}
