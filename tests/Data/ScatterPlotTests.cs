namespace Cluster.Data.Tests;

public sealed class ScatterPlotTests
{
    [Fact]
    public void Points_lie_where_they_should_in_the_colour_of_their_label()
    {
        Picture picture = ScatterPlot.Draw([0, 0, 1, 0, 0, 1], [0, 1, 0], side: 124, radius: 1);

        // A margin of 12 on each side leaves 99 pixels for the unit square; y points up.
        Assert.Equal((31, 119, 180), Pixel(picture, 12, 111));
        Assert.Equal((255, 127, 14), Pixel(picture, 112, 111));
        Assert.Equal((31, 119, 180), Pixel(picture, 12, 12));
        Assert.Equal((255, 255, 255), Pixel(picture, 62, 62));
    }

    [Fact]
    public void One_point_stands_in_the_middle()
    {
        Picture picture = ScatterPlot.Draw([5, 7], [], side: 65, radius: 1);

        Assert.Equal((31, 119, 180), Pixel(picture, 32, 32));
    }

    [Fact]
    public void Points_that_cannot_be_drawn_are_refused()
    {
        Assert.Contains("Point 1", Assert.Throws<ArgumentException>(() => ScatterPlot.Draw([0, 0, float.NaN, 1], [])).Message, StringComparison.Ordinal);
        Assert.Contains("no", Assert.Throws<ArgumentException>(() => ScatterPlot.Draw([], [])).Message, StringComparison.Ordinal);
        Assert.Contains("2 labels", Assert.Throws<ArgumentException>(() => ScatterPlot.Draw([0, 0], [1, 2])).Message, StringComparison.Ordinal);
    }

    private static (int R, int G, int B) Pixel(Picture picture, int x, int y)
    {
        int at = ((y * picture.Width) + x) * 3;
        return (picture.Bytes[at], picture.Bytes[at + 1], picture.Bytes[at + 2]);
    }
}
