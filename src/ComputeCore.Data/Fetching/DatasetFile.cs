using System.IO.Compression;
using System.Security.Cryptography;

namespace ComputeCore.Data;

/// <summary>A file of a data set, known by its content: that of a file <c>NAME.gz</c> is what was compressed, since packagers compress anew.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="ContentLength">Bytes of the uncompressed content.</param>
/// <param name="ContentSha256">SHA-256 of the uncompressed content, hexadecimal.</param>
internal sealed record DatasetFile(string Name, long ContentLength, string? ContentSha256)
{
    /// <summary>A file made from a package that has several versions, each signed: it must be there, and hold something.</summary>
    public static DatasetFile OfAnyVersion(string name) => new(name, 0, null);

    /// <summary>Whether the file in a folder has this content. Reads no further than the content may be long.</summary>
    public async Task<bool> HasContentAsync(string folder, CancellationToken cancellationToken)
    {
        if (ContentSha256 is null)
            return new FileInfo(Path.Combine(folder, Name)) is { Exists: true, Length: > 0 };
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        var length = 0L;
        try
        {
            await using var file = File.OpenRead(Path.Combine(folder, Name));
            await using Stream content = Name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
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
