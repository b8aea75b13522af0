using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.TorchSharp.Tests;

public sealed class DisposeScopeTests
{
    [Fact]
    public void A_scope_disposes_what_was_made_in_it()
    {
        Tensor inside;
        using (NewDisposeScope()) inside = ones(3);
        Assert.True(inside.IsInvalid);
        var error = Assert.Throws<InvalidOperationException>(() => inside.add(1));
        Assert.Contains("empty handle", error.Message);
    }

    [Fact]
    public void Moved_tensors_live_as_long_as_the_outer_scope()
    {
        Tensor kept, dropped, detached;
        using (NewDisposeScope())
        {
            using (var inner = NewDisposeScope())
            {
                kept = inner.MoveToOuter(ones(3));
                dropped = zeros(3);
                detached = full(2, 7.0).DetachFromDisposeScope();
                Assert.Equal(2, inner.DisposablesCount + 1);
            }
            Assert.False(kept.IsInvalid);
            Assert.True(dropped.IsInvalid);
            Assert.Equal(3, kept.sum().item<float>());
        }
        Assert.True(kept.IsInvalid);
        Assert.Equal(14, detached.sum().item<float>());
        detached.Dispose();
    }

    [Fact]
    public void A_tensor_moves_to_the_scope_of_another_one()
    {
        using var outer = NewDisposeScope();
        var anchor = ones(1);
        Tensor moved;
        using (NewDisposeScope()) moved = ones(2).MoveToOtherDisposeScope(anchor);
        Assert.True(outer.Contains(moved));
        Assert.Contains(moved, outer.DisposablesView);
    }

    [Fact]
    public void Everything_but_the_kept_ones_goes()
    {
        using var scope = NewDisposeScope();
        var a = ones(1);
        var b = ones(1);
        var c = ones(1);
        scope.DisposeEverythingBut(b);
        Assert.Equal([true, false, true], new[] { a, b, c }.Select(t => t.IsInvalid));
        Assert.Equal(1, scope.DisposablesCount);
    }

    [Fact]
    public void Disposing_in_any_order_keeps_the_books_of_the_scope()
    {
        using var scope = NewDisposeScope();
        var tensors = Enumerable.Range(0, 20).Select(i => full(1, i)).ToArray();
        foreach (var i in new[] { 19, 0, 7, 18, 3 }) tensors[i].Dispose();
        Assert.Equal(15, scope.DisposablesCount);
        Assert.Equal(tensors.Where(t => !t.IsInvalid).Cast<IDisposable>().ToHashSet(), scope.DisposablesView.ToHashSet());
    }

    [Fact]
    public void Scopes_may_close_out_of_order()
    {
        var before = CurrentDisposeScope;
        var outer = NewDisposeScope();
        var inner = NewDisposeScope();
        outer.Dispose();
        var t = ones(1);
        Assert.True(inner.Contains(t));
        inner.Dispose();
        Assert.True(t.IsInvalid);
        Assert.Same(before, CurrentDisposeScope);
    }

    [Fact]
    public void A_scope_belongs_to_its_thread()
    {
        using var scope = NewDisposeScope();
        Tensor? other = null;
        DisposeScope? there = scope;
        var thread = new Thread(() =>
        {
            there = CurrentDisposeScope;
            other = ones(3);
        });
        thread.Start();
        thread.Join();
        Assert.Null(there);
        Assert.False(scope.Contains(other!));
        scope.Attach(other!);
        Assert.True(scope.Contains(other!));
    }

    [Fact]
    public void The_counts_of_a_thread_add_up()
    {
        var thread = new Thread(() =>
        {
            var books = DisposeScopeManager.Statistics;
            Assert.Equal(0, books.ThreadTotalLiveCount);
            var outside = ones(1);
            using (NewDisposeScope())
            {
                var detached = ones(1).DetachFromDisposeScope();
                _ = ones(1);
                Assert.Equal(3, books.ThreadTotalLiveCount);
                Assert.Equal(1, books.DetachedFromScopeCount);
                detached.Dispose();
            }
            outside.Dispose();
            Assert.Equal(0, books.ThreadTotalLiveCount);
            Assert.Equal((1, 2, 2, 1), (books.CreatedOutsideScopeCount, books.CreatedInScopeCount, books.DisposedOutsideScopeCount, books.DisposedInScopeCount));
        });
        Exception? failure = null;
        var guarded = new Thread(() =>
        {
            try
            {
                thread.Start();
                thread.Join();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        guarded.Start();
        guarded.Join();
        Assert.Null(failure);
    }

    [Fact]
    public void A_closed_scope_refuses_tensors()
    {
        var scope = NewDisposeScope();
        scope.Dispose();
        Assert.Throws<ObjectDisposedException>(() => scope.Attach(ones(1)));
    }
}
