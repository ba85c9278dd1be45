using System.Runtime.ExceptionServices;

namespace ComputeCore.Data;

/// <summary>
/// An endless sequence of batches of a data set, epoch after epoch. A thread in the background makes the next two while the
/// caller works on one, in memory that is used again: in steady state nothing is allocated.
/// </summary>
/// <remarks>
/// Every batch is a pure function of the data set, the options and its <see cref="DataPosition"/>: a loader that is started at
/// a position gives bit for bit what another one gives that came there. For use by one thread at a time.
/// </remarks>
public sealed class DataLoader : IDisposable
{
    /// <summary>One batch at the caller, two ahead.</summary>
    private const int Slots = 3;

    private readonly ImageClassificationDataset dataset;
    private readonly DataLoaderOptions options;
    private readonly Transform[] transforms;
    private readonly Shape imageShape;
    private readonly SampleOrder order;
    private readonly Batch[] fullBatches = new Batch[Slots];
    private readonly Batch[] lastBatches = new Batch[Slots];
    private readonly Thread worker;

    private readonly object gate = new();
    private long produced;
    private long taken;
    private bool isDisposed;
    private ExceptionDispatchInfo? failure;

    /// <summary>Starts the sequence.</summary>
    /// <param name="dataset">The images.</param>
    /// <param name="options">How batches are made.</param>
    /// <param name="start">The first batch: <see cref="Position"/> of an earlier loader to go on from there.</param>
    /// <exception cref="ArgumentException">
    /// An option is out of range, a transform does not fit the images, there is no batch in an epoch, or the epoch has no such batch.
    /// </exception>
    public DataLoader(ImageClassificationDataset dataset, DataLoaderOptions options, DataPosition start = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1);
        if (options.ImageType is not (ElementType.Float32 or ElementType.UInt8))
            throw new ArgumentException($"Batches of images are f32 or u8, not {options.ImageType.ShortName()}.", nameof(options));

        this.dataset = dataset;
        this.options = options;
        imageShape = Shape.Create(dataset.Images.Shape.AsSpan()[1..]);
        transforms = [.. options.Transforms];
        foreach (var transform in transforms)
            transform.Check(new TensorType(options.ImageType, imageShape));

        var lastCount = options.DropLast ? 0 : dataset.Count % options.BatchSize;
        BatchesPerEpoch = (dataset.Count / options.BatchSize) + (lastCount > 0 ? 1 : 0);
        if (BatchesPerEpoch == 0)
            throw new ArgumentException($"{dataset.Count} images make no batch of {options.BatchSize}.", nameof(options));
        if (start.Epoch < 0 || start.Batch < 0 || start.Batch >= BatchesPerEpoch)
            throw new ArgumentException($"There is no {start} among epochs of {BatchesPerEpoch} batches.", nameof(start));

        Position = start;
        order = new SampleOrder(dataset.Count, options.Seed, options.Shuffle);
        var fullCount = Math.Min(options.BatchSize, dataset.Count);
        for (var slot = 0; slot < Slots; slot++)
        {
            var images = new byte[new TensorType(options.ImageType, WithCount(fullCount)).SizeInBytes];
            var labels = new byte[sizeof(long) * fullCount];
            fullBatches[slot] = MakeBatch(images, labels, fullCount);
            lastBatches[slot] = MakeBatch(images, labels, lastCount);
        }

        worker = new Thread(Produce) { IsBackground = true, Name = "ComputeCore data loader" };
        worker.Start(start);
    }

    /// <summary>Batches in each epoch.</summary>
    public int BatchesPerEpoch { get; }

    /// <summary>The place of the batch that <see cref="Next"/> will give: what a checkpoint keeps.</summary>
    public DataPosition Position { get; private set; }

    /// <summary>The next batch. It is valid until the next call.</summary>
    /// <exception cref="ObjectDisposedException">The loader was disposed of.</exception>
    public Batch Next()
    {
        lock (gate)
        {
            while (produced == taken && failure is null && !isDisposed)
                Monitor.Wait(gate);
            ObjectDisposedException.ThrowIf(isDisposed, this);
            if (produced == taken)
                failure!.Throw();
            var batch = BatchAt(taken, Position);
            taken++;
            Monitor.PulseAll(gate);
            Position = Following(Position);
            return batch;
        }
    }

    /// <summary>Ends the thread in the background.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
            Monitor.PulseAll(gate);
        }

        worker.Join();
    }

    private void Produce(object? start)
    {
        try
        {
            for (var position = (DataPosition)start!; WaitForSlot(); position = Following(position))
            {
                Fill(BatchAt(produced, position), position);
                lock (gate)
                {
                    produced++;
                    Monitor.PulseAll(gate);
                }
            }
        }
        catch (Exception exception)
        {
            lock (gate)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
                Monitor.PulseAll(gate);
            }
        }
    }

    /// <summary>Waits until the slot of the next batch is neither waiting to be taken nor the caller's; false to stop.</summary>
    private bool WaitForSlot()
    {
        lock (gate)
        {
            while (!isDisposed && produced - Math.Max(taken - 1, 0) >= Slots)
                Monitor.Wait(gate);
            return !isDisposed;
        }
    }

    private void Fill(Batch batch, DataPosition position)
    {
        var imageLength = (int)imageShape.ElementCount;
        var samples = order.Of(position.Epoch).Slice(position.Batch * options.BatchSize, batch.Count);
        var labels = batch.Labels.AsSpan<long>();
        var allLabels = dataset.Labels.AsSpan<long>();
        for (var i = 0; i < samples.Length; i++)
        {
            var sample = samples[i];
            labels[i] = allLabels[sample];
            var pixels = dataset.Images.Bytes.Slice(sample * imageLength, imageLength);
            var random = new CounterRandom(options.Seed, position.Epoch, (ulong)sample);
            if (options.ImageType == ElementType.Float32)
            {
                var image = batch.Images.AsSpan<float>().Slice(i * imageLength, imageLength);
                PixelConversion.ToUnitInterval(pixels, image);
                Transform(image, ref random);
            }
            else
            {
                var image = batch.Images.Bytes.Slice(i * imageLength, imageLength);
                pixels.CopyTo(image);
                Transform(image, ref random);
            }
        }

        batch.Position = position;
    }

    private void Transform<T>(Span<T> image, ref CounterRandom random)
        where T : unmanaged
    {
        foreach (var transform in transforms)
            transform.Apply(image, imageShape, ref random);
    }

    private Batch BatchAt(long number, DataPosition position)
    {
        var isFull = (position.Batch + 1L) * options.BatchSize <= dataset.Count;
        return (isFull ? fullBatches : lastBatches)[number % Slots];
    }

    private DataPosition Following(DataPosition position) => position.Batch + 1 < BatchesPerEpoch
        ? position with { Batch = position.Batch + 1 }
        : new DataPosition(position.Epoch + 1, 0);

    private Batch MakeBatch(byte[] images, byte[] labels, int count)
    {
        var imagesType = new TensorType(options.ImageType, WithCount(count));
        return new Batch(
            new TensorData(imagesType, images.AsMemory(0, (int)imagesType.SizeInBytes)),
            new TensorData(new TensorType(ElementType.Int64, [count]), labels.AsMemory(0, sizeof(long) * count)));
    }

    private Shape WithCount(int count) => dataset.Images.Shape.With(0, count);
}
