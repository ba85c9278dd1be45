namespace ComputeCore.Formats.Tests;

/// <summary>Damaged copies of a file, reproducible by seed.</summary>
internal static class Mutations
{
    /// <summary>A copy with one to four changes: bits flipped, bytes replaced, parts cut, repeated or overwritten by tokens of the format.</summary>
    public static byte[] Of(byte[] file, byte[][] tokens, Random random)
    {
        var bytes = new List<byte>(file);
        for (var changes = random.Next(1, 5); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            var length = random.Next(1, 1 + Math.Min(16, bytes.Count - at));
            switch (random.Next(8))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes[at] = (byte)('0' + random.Next(10)); break;
                case 3: bytes.RemoveRange(at, length); break;
                case 4: bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - length + 1), length)); break;
                case 5: bytes.InsertRange(at, tokens[random.Next(tokens.Length)]); break;
                case 6: bytes.RemoveRange(at, bytes.Count - at); break;
                default: bytes[random.Next(Math.Min(16, bytes.Count))] ^= (byte)(1 << random.Next(8)); break;
            }
        }

        return [.. bytes];
    }
}
