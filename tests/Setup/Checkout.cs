using System.Diagnostics;
using System.Runtime.Versioning;

[assembly: UnsupportedOSPlatform("windows")] // what is tested is a POSIX shell script

namespace Cluster.Setup.Tests;

/// <summary>What one call of <c>./cluster</c> came to.</summary>
/// <param name="ExitCode">0 done, 1 build or test failed, 2 something must be changed first.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Errors">Standard error.</param>
public sealed record Outcome(int ExitCode, string Output, string Errors);

/// <summary>
/// A checkout in a temporary folder that holds the real script, with stand-ins for the tools it calls: <c>dotnet</c> answers as the
/// properties say, <c>apt-get</c> and <c>sudo</c> only write down what they were asked.
/// </summary>
public sealed class Checkout : IDisposable
{
    private static readonly string[] Tools =
    [
        "basename", "cat", "cmp", "cut", "dirname", "echo", "env", "find", "flock", "grep", "head", "ls", "mkdir", "mv", "readlink", "rm", "sed",
        "sh", "sleep", "sort", "tail", "timeout", "touch", "tr", "true", "wc", "xargs",
    ];

    private const string Dotnet = """
        #!/bin/sh
        echo "$*" >>"$CALLS"
        case $1 in
            --list-sdks) echo "$SDK [/sdk]" ;;
            restore)
                name=$(basename "$2" .csproj)
                case "$FEED $*" in *hangs*RealOrleans*) exec sleep 600 ;; esac
                arrived=$HOME/.nuget/packages/half/1.0.0
                case "$FEED $*" in *slow*RealOrleans*) [ -d "$arrived" ] || { mkdir -p "$arrived"; exec sleep 600; } ;; esac
                case "$FEED|$*" in
                    unreachable*\|*RestoreSources=*) ;;
                    unreachable*) echo "x : error NU1301: Unable to load the service index."; exit 1 ;;
                esac
                for had in $FEED; do
                    case $had in
                        "$name"/*)
                            mkdir -p "$(dirname "$2")/obj/$name"
                            {
                                echo "\"Microsoft.Orleans.Server/${had#*/}\": { \"TorchSharp-cpu/${had#*/}\""
                                echo "  \"path\": \"torchsharp/${had#*/}\","
                                printf '  "packageFolders": {\n    "%s/cache/": {}\n  }\n' "$HOME"
                            } >"$(dirname "$2")/obj/$name/project.assets.json"
                            mkdir -p "$HOME/cache/torchsharp/${had#*/}/runtimes/linux-x64/native"
                            touch "$HOME/cache/torchsharp/${had#*/}/runtimes/linux-x64/native/libLibTorchSharp.so"
                            exit 0 ;;
                    esac
                done
                echo "x : error NU1101: Unable to find package $name."
                exit 1 ;;
            build)
                case $2 in
                    src/Client)
                        sleep "$BUILD_SECONDS"
                        [ "$BUILD" = works ] || { echo "error CS1002: ; expected"; exit 1; }
                        mkdir -p artifacts/bin/Client/release
                        touch artifacts/bin/Client/release/Cluster.Client.dll ;;
                    */all.proj) [ -z "$BROKEN" ] ;;
                    *) case $2 in "$BROKEN"/*) echo "error CS1002: ; expected"; exit 1 ;; esac ;;
                esac ;;
            test)
                name=$(basename "$2" .csproj)
                while [ "$1" != --results-directory ]; do shift; done
                [ ! -e "tests/${name%.Tests}/counters" ] || cat "tests/${name%.Tests}/counters" >"$2/$name.trx"
                [ ! -e "tests/${name%.Tests}/fails" ] ;;
            *) echo "from $PWD:$(shift; printf ' [%s]' "$@")" ;;
        esac
        """;

    private readonly string _home = Directory.CreateTempSubdirectory("cluster-setup-").FullName;

    public Checkout()
    {
        var from = Path.Combine(AppContext.BaseDirectory, "checkout");
        Write("root/cluster", File.ReadAllText(Path.Combine(from, "cluster")), executable: true);
        Write("root/tests/run.sh", File.ReadAllText(Path.Combine(from, "run.sh")));
        Write("root/Directory.Packages.props", File.ReadAllText(Path.Combine(from, "Directory.Packages.props")));
        Write("root/global.json", "{}");
        Write("root/src/Client/Program.cs", "one");
        Write("root/src/Client/Other.cs", "two");
        Write("root/standins/Here.cs", "three");
        Write("bin/dotnet", Dotnet, executable: true);
        foreach (var tool in new[] { "g++", "cmake", "make" })
        {
            Write($"bin/{tool}", "#!/bin/sh\n", executable: true);
        }

        foreach (var tool in Tools)
        {
            File.CreateSymbolicLink(Path.Combine(_home, "bin", tool), Path.Combine("/usr/bin", tool));
        }

        Write("bin/uname", "#!/bin/sh\ncase $1 in -s) echo Linux ;; *) echo \"$MACHINE\" ;; esac\n", executable: true);
        Write("bin/ldd", "#!/bin/sh\necho \"$LDD\"\n", executable: true);
        Write("bin/id", "#!/bin/sh\necho \"$USER_ID\"\n", executable: true);
        Write("bin/sudo", "#!/bin/sh\n[ \"$SUDO\" = works ] || exit 1\nshift\nexec \"$@\"\n", executable: true);
        Write("bin/apt-get", "#!/bin/sh\necho \"apt-get $*\" >>\"$CALLS\"\n", executable: true);
        Write("system/usr/include/ATen/ATen.h", "");
        Write("system/usr/lib/x86_64-linux-gnu/openblas-openmp/libblas.so.3", "");
        Blas("openblas-openmp");
    }

    /// <summary>The versions of the SDKs that dotnet lists.</summary>
    public string Sdk { get; set; } = "10.0.100";

    /// <summary>
    /// What the feed holds, words such as <c>RealOrleans/10.4.2</c>; <c>hangs</c> lets it never answer, <c>unreachable</c> refuse everything
    /// but a restore from a folder alone.
    /// </summary>
    public string Feed { get; set; } = "";

    /// <summary>The processor that uname names.</summary>
    public string Machine { get; set; } = "x86_64";

    /// <summary>What ldd says of TorchSharp's native library.</summary>
    public string Ldd { get; set; } = "\tlibstdc++.so.6 => /lib/libstdc++.so.6 (0x00007f4c97000000)";

    /// <summary>Whether the client compiles.</summary>
    public bool Compiles { get; set; } = true;

    /// <summary>The folder of the test project that does not compile, as in <c>tests/One</c>.</summary>
    public string BrokenTests { get; set; } = "";

    /// <summary>How long a build of the client takes, in seconds, for calls that are to overlap.</summary>
    public int BuildSeconds { get; set; }

    public int UserId { get; set; }

    public bool SudoWorks { get; set; }

    public Dictionary<string, string> Environment { get; } = [];

    public string Root => Path.Combine(_home, "root");

    public string Home => _home;

    public string[] Calls => File.Exists(Path.Combine(_home, "calls")) ? File.ReadAllLines(Path.Combine(_home, "calls")) : [];

    public int Builds => Calls.Count(call => call.StartsWith("build src/Client", StringComparison.Ordinal));

    public string Choice => File.ReadAllText(Path.Combine(Root, "standins.props"));

    /// <summary>Writes a file below the temporary folder and returns its full path.</summary>
    public string Write(string path, string text, bool executable = false)
    {
        var full = Path.Combine(_home, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        if (executable)
        {
            File.SetUnixFileMode(full, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return full;
    }

    public void Remove(params string[] paths)
    {
        foreach (var path in paths)
        {
            File.Delete(Path.Combine(_home, path));
        }
    }

    /// <summary>Lets the system's libblas.so.3 lead to a build of it, as Debian's alternatives do.</summary>
    public void Blas(string build)
    {
        var library = Path.Combine(_home, "system/usr/lib/x86_64-linux-gnu/libblas.so.3");
        Write($"system/usr/lib/x86_64-linux-gnu/{build}/libblas.so.3", "");
        File.Delete(library);
        File.CreateSymbolicLink(library, $"{build}/libblas.so.3");
    }

    /// <summary>A test project with what its run will report: a line of counters, or null where it ends without a report.</summary>
    public void AddTests(string name, int total, int executed, int passed)
    {
        Write($"root/tests/{name}/{name}.Tests.csproj", "<Project />");
        Write(
            $"root/tests/{name}/counters",
            $"""<Counters total="{total}" executed="{executed}" passed="{passed}" failed="{executed - passed}" error="0" />""");
        if (passed < executed)
        {
            Write($"root/tests/{name}/fails", "");
        }
    }

    public Task<Outcome> Run(params string[] arguments) => RunAs(Path.Combine(Root, "cluster"), _home, arguments);

    public async Task<Outcome> RunAs(string command, string directory, params string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = Path.Combine(_home, "bin");
        start.Environment["HOME"] = _home;
        start.Environment["CALLS"] = Path.Combine(_home, "calls");
        start.Environment["SDK"] = Sdk;
        start.Environment["FEED"] = Feed;
        start.Environment["MACHINE"] = Machine;
        start.Environment["LDD"] = Ldd;
        start.Environment["BUILD"] = Compiles ? "works" : "fails";
        start.Environment["BUILD_SECONDS"] = $"{BuildSeconds}";
        start.Environment["BROKEN"] = BrokenTests;
        start.Environment["USER_ID"] = $"{UserId}";
        start.Environment["SUDO"] = SudoWorks ? "works" : "fails";
        start.Environment["CLUSTER_DOTNET"] = "dotnet"; // never the machine's own
        start.Environment["CLUSTER_SYSROOT"] = Path.Combine(_home, "system");
        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new Outcome(process.ExitCode, await output, await errors);
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);
}
