using System.Text.RegularExpressions;
using ComputeCore.Kernels.Compiler.Diagnostics;
using Microsoft.CodeAnalysis;
using NUnit.Framework;

namespace ComputeCore.Kernels.Compiler.Tests;

/// <summary>What can't be compiled is an error at its line that says what to write instead.</summary>
public sealed class DiagnosticTests
{
    // Each has one error, at the marked line.
    private static readonly (string Code, string Source)[] Samples =
    [
        ("CCK0001", "static class K /*here*/ { [Kernel] public static void Run(ArrayView<int> a) { } /*or here*/ }"),
        ("CCK0002", "static partial class K<T> {\n[Kernel] public static void Run(ArrayView<int> a) { } /*here*/\n}"),
        ("CCK0003", Class("[Kernel] public static int Run(ArrayView<int> a) => 1; /*here*/")),
        ("CCK0003", Class("[Kernel] private static void Run(ArrayView<int> a) { } /*here*/")),
        ("CCK0004", Class("[Kernel] public static void Run(ArrayView<int> a) { } /*here*/\n[Kernel] public static void Run(ArrayView<float> a) { } /*here*/")),
        ("CCK0005", Class("[Kernel] public static void Run(string a) { } /*here*/")),
        ("CCK0005", Class("[Kernel] public static void Run(ref int a) { } /*here*/")),
        ("CCK0006", Class("[KernelInstance(typeof(int), typeof(int))] /*here*/\n[Kernel] public static void Run<T>(ArrayView<T> a) where T : unmanaged { }")),
        ("CCK0007", "struct Big { public System.Guid G; }\n" + Class("[Kernel] public static void Run(ArrayView<int> v, long a, long b, long c, long d, long e, long f, long g, long h, long i, long j, long k, long l, long m, long n, long o, long p, long q) { } /*here*/")),
        ("CCK0008", Kernel("var d = 1m; /*here*/")),
        ("CCK0008", Kernel("var d = default(DateTime); /*here*/")),
        ("CCK0009", Kernel("foreach (var c in \"abc\") a[0]++; /*here*/")),
        ("CCK0009", Kernel("again: a[0]++; goto again; /*here*/").Replace("again: a", "/*here*/again: a")),
        ("CCK0009", Kernel("if (a[0] > 0) throw new Exception(); /*here*/")),
        ("CCK0009", Kernel("try { a[0]++; } finally { } /*here*/")),
        ("CCK0009", Kernel("Func<int, int> f = x => x; /*here*/")),
        ("CCK0008", Kernel("var s = \"text\"; /*here*/")),
        ("CCK0009", Kernel("var s = new int[4]; /*here*/")),
        ("CCK0009", Kernel("Span<int> s = stackalloc int[4]; /*here*/")),
        ("CCK0009", Kernel("Span<int> s = default; /*here*/")),
        ("CCK0009", Class("static int F(ReadOnlySpan<int> s) => s[0];\n[Kernel] public static void Run(ArrayView<int> a) { a[0] = F(default); /*here*/ }")),
        ("CCK0009", Kernel("Atomic.Add(ref a.Cast<float>()[0], 1f); /*here*/")),
        ("CCK0009", Kernel("var s = SharedMemory.Allocate<long>(2); Atomic.Add(ref s[0], 1L); /*here*/")),
        ("CCK0009", Kernel("var n = 0; Atomic.Add(ref n, 1); /*here*/")),
        ("CCK0009", "struct S { public int N; public static bool operator ==(S a, S b) => a.N == b.N; public static bool operator !=(S a, S b) => a.N != b.N; }\n" + Kernel("var s = default(S); a[0] = (s, 1) == (s, 2) ? 1 : 0; /*here*/")),
        ("CCK0009", Kernel("a[0] = (int)Math.Sin(1.5 * a[1]); /*here*/")),
        ("CCK0009", "class C { public int M() => 1; }\n" + Kernel("a[0] = default(C).M(); /*here*/")),
        ("CCK0010", Kernel("a[0] = Environment.ProcessorCount; /*here*/")),
        ("CCK0010", Kernel("Console.WriteLine(); /*here*/")),
        ("CCK0011", Class("static int F(int n) => n < 2 ? n : F(n - 1) + F(n - 2); /*here*/\n[Kernel] public static void Run(ArrayView<int> a) { a[0] = F(a[0]); }")),
        ("CCK0012", Class("static int count;\n[Kernel] public static void Run(ArrayView<int> a) { a[0] = count; /*here*/ }")),
        ("CCK0012", Class("static readonly int count;\nstatic K() => count = 3;\n[Kernel] public static void Run(ArrayView<int> a) { a[0] = count; /*here*/ }")),
        ("CCK0013", Kernel("var v = a.SubView(1, 2);\nv = a; /*here*/")),
        ("CCK0013", "struct S { public ArrayView<int> V; }\n" + Kernel("S s = default; /*here*/")),
        ("CCK0014", Kernel("var v = a[0] > 0 ? a : b; /*here*/")),
        ("CCK0015", Kernel("var v = SharedMemory.Allocate<int>(a[0]); /*here*/")),
        ("CCK0016", Kernel("a[0] = checked(a[1] + 1); /*here*/")),
        ("CCK0017", Kernel("var n = a[0];\na[1] = F(2);\nint F(int x) => x + n; /*here*/")),
        ("CCK0018", Class("static ArrayView<int> F(ArrayView<int> v) => v;\n[Kernel] public static void Run(ArrayView<int> a) { a[0] = F(a)[0]; /*here*/ }")),
    ];

    private static IEnumerable<TestCaseData> Cases() => Samples.Select((sample, i) => new TestCaseData(sample.Code, sample.Source).SetArgDisplayNames($"{sample.Code} {i}"));

    private static DiagnosticDescriptor[] Descriptors { get; } =
        [.. typeof(KernelDiagnostics).GetFields().Select(field => field.GetValue(null)).OfType<DiagnosticDescriptor>()];

    [TestCaseSource(nameof(Cases))]
    public void AnErrorStandsAtItsLine(string code, string source)
    {
        var compilation = Compilations.Of(source);
        Assert.That(compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error), Is.Empty, "The sample is no valid C#.");
        var (_, diagnostics) = Compilations.Generate(source);
        Assert.That(diagnostics.Select(diagnostic => diagnostic.Id), Is.Not.Empty.And.All.EqualTo(code), string.Join("\n", diagnostics));
        foreach (var diagnostic in diagnostics)
        {
            var line = diagnostic.Location.SourceTree!.GetText().Lines[diagnostic.Location.GetLineSpan().StartLinePosition.Line].ToString();
            Assert.That(line, Does.Contain("/*here*/"), diagnostic.ToString());
        }
    }

    [Test]
    public void EveryErrorHasASample() => Assert.That(Samples.Select(sample => sample.Code).Distinct(), Is.EquivalentTo(Descriptors.Select(descriptor => descriptor.Id)));

    [Test]
    public void TheReadmeListsEveryError()
    {
        var rows = Regex.Matches(File.ReadAllText(Path.Combine(TestContext.CurrentContext.TestDirectory, "CompilerReadme.md")), @"^\| (CCK\d{4}) \| (.+?) \|", RegexOptions.Multiline)
            .Select(row => (row.Groups[1].Value, row.Groups[2].Value));
        Assert.That(rows, Is.EqualTo(Descriptors.OrderBy(descriptor => descriptor.Id).Select(descriptor => (descriptor.Id, descriptor.Title.ToString()))));
    }

    [Test]
    public void ErrorsDoNotHideOthers()
    {
        var (_, diagnostics) = Compilations.Generate(Kernel("a[0] = checked(a[1] + 1);\nforeach (var c in \"abc\") a[0]++;\nvar d = 1m;\na[1] = (int)d;"));
        Assert.That(diagnostics.Select(diagnostic => diagnostic.Id).Order(), Is.EqualTo(new[] { "CCK0008", "CCK0009", "CCK0016" }));
    }

    [Test]
    public void WhatIsGeneratedCompiles()
    {
        var (output, diagnostics) = Compilations.Generate("namespace Outer.Inner { public partial class Nest { internal struct Op { } " +
            "[Kernel] [KernelInstance(typeof(Op))] public static void Run<T>(ArrayView<float> @class, int @int) where T : struct { @class[0] = @int; } " +
            "[DeviceFunction] internal static float Twice(float x) => 2 * x; [Kernel] internal static void None() { } } }");
        Assert.That(diagnostics, Is.Empty);
        Assert.That(output.GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning && diagnostic.Id != "CS1591"), Is.Empty);
    }

    private static string Class(string members) => $"static partial class K {{\n{members}\n}}";

    private static string Kernel(string body) => Class($"[Kernel] public static void Run(ArrayView<int> a, ArrayView<int> b) {{\n{body}\n}}");
}
