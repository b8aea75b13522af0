using System.Buffers.Binary;
using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Cluster.Grains;

/// <summary>
/// Linux's epoll: says which of many sockets have something new, and sleeps until one has. Reports each change once (edge-triggered), so
/// whoever waits has tried first. Sockets of .NET wake a thread of the runtime, which wakes one of the pool, which wakes the one that
/// moves bytes; here that thread is woken itself. Lives as long as the process.
/// </summary>
internal sealed unsafe partial class Epoll
{
    private const int Batch = 64;
    private const int Add = 1;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const uint Changes = 0x1 | 0x4 | 0x2000 | 1u << 31; // in, out, hang-up of the peer, edge-triggered

    /// <summary>struct epoll_event is packed on x86-64, where it has 12 bytes, and has 16 elsewhere.</summary>
    private static readonly int EventBytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private readonly byte[] _events = GC.AllocateArray<byte>(Batch * 16, pinned: true);
    private readonly int _file;
    private readonly int _bell;
    private int _kept;

    public Epoll()
    {
        _file = Checked(Create(CloseOnExec), "epoll_create1");
        _bell = Checked(EventFile(0, CloseOnExec | NonBlocking), "eventfd");
        Watch(_bell, 0);
    }

    public static bool Exists { get; } = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <summary>Reports a socket's changes from now on, until it is closed.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="id">How it is called in <see cref="Take"/>; above 0.</param>
    public void Watch(Socket socket, long id)
    {
        bool held = false;
        try
        {
            socket.SafeHandle.DangerousAddRef(ref held);
            Watch((int)socket.SafeHandle.DangerousGetHandle(), id);
        }
        finally
        {
            if (held)
            {
                socket.SafeHandle.DangerousRelease();
            }
        }
    }

    /// <summary>Which sockets have changed since they were reported last; does not wait.</summary>
    /// <param name="ids">Takes their ids, and nothing else stays in it.</param>
    public void Take(List<long> ids)
    {
        ids.Clear();
        int count = _kept > 0 ? _kept : Listen(0);
        _kept = 0;
        for (int i = 0; i < count; i++)
        {
            long id = BinaryPrimitives.ReadInt64LittleEndian(_events.AsSpan((i * EventBytes) + EventBytes - 8));
            if (id != 0)
            {
                ids.Add(id);
                continue;
            }

            ulong rung;
            _ = Read(_bell, &rung, sizeof(ulong));
        }
    }

    /// <summary>Waits until a socket changes or <see cref="Wake"/> is called; the next <see cref="Take"/> says which did.</summary>
    public void Sleep()
    {
        if (_kept <= 0)
        {
            _kept = Listen(-1);
        }
    }

    /// <summary>Ends the present or next sleep. For any thread.</summary>
    public void Wake()
    {
        ulong one = 1;
        _ = Write(_bell, &one, sizeof(ulong));
    }

    private static int Checked(int result, string call) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{call} failed");

    private int Listen(int milliseconds)
    {
        fixed (byte* events = _events)
        {
            return WaitFor(_file, events, Batch, milliseconds);
        }
    }

    private void Watch(int file, long id)
    {
        byte* request = stackalloc byte[16];
        *(uint*)request = Changes;
        *(long*)(request + EventBytes - 8) = id;
        _ = Checked(Control(_file, Add, file, request), "epoll_ctl");
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(int epoll, int operation, int file, byte* request);

    [LibraryImport("libc", EntryPoint = "epoll_wait")]
    private static partial int WaitFor(int epoll, byte* events, int room, int milliseconds);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventFile(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int file, void* into, nint bytes);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int file, void* from, nint bytes);
}
