using ComputeCore.Kernels.Cpu.Gemm;
using NUnit.Framework;

namespace ComputeCore.Kernels.Cpu.Tests.Gemm;

public unsafe class CacheLinesTests
{
    private const int Depth = 64;
    private const int FloatsInLine = 16;

    [TestCase(32, 1000 * FloatsInLine, 1)]
    [TestCase(16, 1000 * FloatsInLine, 1)]
    [TestCase(32, 1, 1000 * FloatsInLine)]
    [TestCase(16, 1, 1000 * FloatsInLine)]
    public void The_parts_of_a_panel_have_each_of_its_lines_once(int width, int kStride, int stride)
    {
        var lines = new List<long>();
        for (var part = 0; part < CacheLines.Parts(width); part++)
        {
            // As a micro-kernel walks its operand.
            var fetched = new FetchingColumns(null, CacheLines.OfPart(part, null, kStride, stride, Depth, width));
            for (var k = 0; k < Depth; k++)
            {
                if (k % 2 == 0)
                    lines.Add((long)fetched.Next.Line / sizeof(float) / FloatsInLine);
                fetched.Advance<Width512, System.Runtime.Intrinsics.Vector512<float>>(default, default);
            }
        }

        var expected =
            from k in Enumerable.Range(0, Depth)
            from i in Enumerable.Range(0, width)
            select ((long)k * kStride + (long)i * stride) / FloatsInLine;
        Assert.That(lines, Is.Unique);
        Assert.That(lines.Order(), Is.EqualTo(expected.Distinct().Order()));
    }
}
