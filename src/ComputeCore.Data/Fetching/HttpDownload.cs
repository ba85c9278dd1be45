namespace ComputeCore.Data;

/// <summary>Downloads files from a web server that need not be trusted: whoever calls checks their content.</summary>
internal static class HttpDownload
{
    /// <summary>More than gzip adds to content that it can't compress.</summary>
    private const int CompressionOverhead = 1 << 16;

    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(60);

    /// <summary>Downloads files that all lie at one address.</summary>
    /// <param name="address">The address, ending in a slash.</param>
    /// <param name="files">The files. None is read much further than its uncompressed content is long.</param>
    /// <param name="target">The folder where they go.</param>
    /// <param name="progress">Told of the bytes.</param>
    /// <param name="cancellationToken">Stops the download.</param>
    public static async Task FetchAsync(Uri address, IEnumerable<DatasetFile> files, string target, IProgress<FetchProgress>? progress, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        foreach (var file in files)
        {
            var source = new Uri(address, file.Name);
            try
            {
                await DownloadAsync(client, source, file, target, progress, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is HttpRequestException or HttpIOException)
            {
                throw new DatasetFetchException($"{source} could not be downloaded ({exception.Message.TrimEnd('.')})", exception);
            }
            catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
            {
                throw new DatasetFetchException($"{source} could not be downloaded (the server fell silent)", exception);
            }
        }
    }

    private static async Task DownloadAsync(HttpClient client, Uri source, DatasetFile file, string target, IProgress<FetchProgress>? progress, CancellationToken cancellationToken)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(LongestSilence);
        using var response = await client.GetAsync(source, HttpCompletionOption.ResponseHeadersRead, silence.Token).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        var total = response.Content.Headers.ContentLength ?? 0;
        await using var body = await response.Content.ReadAsStreamAsync(silence.Token).ConfigureAwait(false);
        await using var output = File.Create(Path.Combine(target, file.Name));
        var buffer = new byte[1 << 16];
        var received = 0L;
        while (await body.ReadAsync(buffer, silence.Token).ConfigureAwait(false) is > 0 and var read)
        {
            silence.CancelAfter(LongestSilence);
            received += read;
            if (received > file.ContentLength + CompressionOverhead)
                throw new DatasetFetchException($"{source} sends more than the file can hold");
            await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            progress?.Report(new FetchProgress($"Downloading {file.Name}", received, total));
        }
    }
}
