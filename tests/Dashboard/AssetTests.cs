using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Cluster.Dashboard.Tests;

public sealed partial class AssetTests
{
    [Theory]
    [InlineData("uPlot.esm.js", "5dd9b3281aa64b461b42d9945f6adb2649d346502b12281a9ae0d46599a80eba")]
    [InlineData("uPlot.min.css", "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04")]
    [InlineData("LICENSE", "8f989229699b4fe2f1a0432d0e9edc338a8a911e250e2d1b01ecd770a5f5b1bd")]
    public void TheChartLibraryIsThatOfThePackage(string name, string sum) =>
        Assert.Equal(sum, Convert.ToHexStringLower(SHA256.HashData(Assets.Bytes("vendor/uplot/" + name).Span)));

    [Fact]
    public void PagesTakeNothingFromElsewhereAndHaveNothingInline()
    {
        string[] pages = [.. Assets.Names.Where(name => name.EndsWith(".html", StringComparison.Ordinal))];
        Assert.Equal(["cluster.html", "index.html", "run.html"], pages.Order(StringComparer.Ordinal));
        foreach (string page in pages)
        {
            string text = Text(page);
            Assert.DoesNotMatch(InlineCode(), text);
            foreach (Match link in Link().Matches(text))
            {
                string target = link.Groups[1].Value;
                Assert.True(target is "/" or "/cluster" || target[0] == '#' || Assets.Names.Contains(target.Replace("/assets/", "", StringComparison.Ordinal)), $"{page}: {target}");
            }
        }

        foreach (string script in Assets.Names.Where(name => name.EndsWith(".js", StringComparison.Ordinal) && !name.StartsWith("vendor", StringComparison.Ordinal)))
        {
            string text = Text(script);
            Assert.DoesNotContain("innerHTML", text, StringComparison.Ordinal);
            Assert.DoesNotMatch(@"https?://(?!www\.w3\.org/2000/svg)", text);
            foreach (Match import in Import().Matches(text))
            {
                Assert.Contains(import.Groups[1].Value, Assets.Names);
            }
        }
    }

    [Fact]
    public async Task AssetsAreServedWithTheirTypesAndAskedForAnewOnlyWhenTheyChange()
    {
        using RunsRoot runs = new();
        await using Served served = await Served.Start(runs);
        Assert.All(Assets.Names, name => Assert.NotEqual(0, Assets.Bytes(name).Length));
        foreach ((string path, string type) in new[] { ("/", "text/html"), ("/runs/any", "text/html"), ("/cluster", "text/html"), ("/assets/style.css", "text/css"), ("/assets/run.js", "text/javascript"), ("/assets/icon.svg", "image/svg+xml") })
        {
            using HttpResponseMessage answer = await served.Http.GetAsync(path);
            Assert.Equal(type, answer.Content.Headers.ContentType?.MediaType);
            using HttpRequestMessage again = new(HttpMethod.Get, path);
            again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
            using HttpResponseMessage unchanged = await served.Http.SendAsync(again);
            Assert.Equal(System.Net.HttpStatusCode.NotModified, unchanged.StatusCode);
        }
    }

    private static string Text(string name) => Encoding.UTF8.GetString(Assets.Bytes(name).Span);

    [GeneratedRegex("(?:src|href)=\"([^\"]*)\"")]
    private static partial Regex Link();

    [GeneratedRegex("<script>|<style|\\sstyle=|\\son[a-z]+=\"")]
    private static partial Regex InlineCode();

    [GeneratedRegex("^import .* from '\\./([^']*)'", RegexOptions.Multiline)]
    private static partial Regex Import();
}
