namespace ComputeCore.Data;

/// <summary>Fetches <see cref="FashionMnist"/> from where it is published, once, into a folder that is kept.</summary>
public static class FashionMnistSource
{
    private const string Package = "dataset-fashion-mnist";
    private const string PackageFolder = "usr/share/datasets/fashion-mnist";

    private static readonly Uri Address = new("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/");

    /// <summary>
    /// The sums are those of the content of Debian's files. Debian packs the content anew; with gzip's original name and time
    /// (31 August 2017) in the header its files are, byte for byte, those whose MD5 sums the data set's README gives.
    /// </summary>
    private static readonly DatasetFile[] Files =
    [
        new("train-images-idx3-ubyte.gz", 47_040_016, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
        new("train-labels-idx1-ubyte.gz", 60_008, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
        new("t10k-images-idx3-ubyte.gz", 7_840_016, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
        new("t10k-labels-idx1-ubyte.gz", 10_008, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
    ];

    /// <summary>
    /// Where data are kept unless another folder is named: <c>$XDG_CACHE_HOME/computecore/datasets/fashion-mnist</c>, by default
    /// <c>~/.cache/...</c>, on Windows under the local application data.
    /// </summary>
    public static string DefaultFolder => Path.Combine(DatasetCache.Root, "fashion-mnist");

    /// <summary>
    /// Makes sure that a folder holds the data set. One that does is used as it is, without a connection. Otherwise, where there
    /// is apt (Debian and its kin), the files come from Debian's package, which needs no root; elsewhere from the data set's
    /// public address. Their content is checked by SHA-256, and the folder appears only when it is complete.
    /// </summary>
    /// <param name="folder">The folder; null for <see cref="DefaultFolder"/>.</param>
    /// <param name="progress">Told of each step, and of the bytes of downloads.</param>
    /// <param name="cancellationToken">Stops the fetch, and leaves nothing behind.</param>
    /// <returns>The folder, for <see cref="FashionMnist.Load"/>.</returns>
    /// <exception cref="DatasetFetchException">The data could not be fetched; the message says what to do.</exception>
    /// <exception cref="OperationCanceledException">The fetch was stopped.</exception>
    public static Task<string> FetchAsync(string? folder = null, IProgress<FetchProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var cache = new DatasetCache("Fashion-MNIST", Path.GetFullPath(folder ?? DefaultFolder), Files, progress);
        return cache.FetchAsync(
            staging => DebianPackage.IsSupported
                ? DebianPackage.FetchAsync(Package, PackageFolder, Files, staging, progress, cancellationToken)
                : HttpDownload.FetchAsync(Address, Files, staging, progress, cancellationToken),
            cancellationToken);
    }
}
