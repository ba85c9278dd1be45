using System.IO.Compression;
using System.Security.Cryptography;

namespace ComputeCore.Data;

/// <summary>A gzip file of a data set, known by its content, since packagers compress anew.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="ContentLength">Bytes of the uncompressed content.</param>
/// <param name="ContentSha256">SHA-256 of the uncompressed content, hexadecimal.</param>
internal sealed record DatasetFile(string Name, long ContentLength, string ContentSha256)
{
    /// <summary>Whether the file in a folder has this content. Reads no further than the content may be long.</summary>
    public async Task<bool> HasContentAsync(string folder, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        var length = 0L;
        try
        {
            await using var content = new GZipStream(File.OpenRead(Path.Combine(folder, Name)), CompressionMode.Decompress);
            while (length <= ContentLength && await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read)
            {
                hash.AppendData(buffer, 0, read);
                length += read;
            }
        }
        catch (InvalidDataException)
        {
            return false;
        }

        return length == ContentLength && Convert.ToHexStringLower(hash.GetHashAndReset()) == ContentSha256;
    }
}
