#!/usr/bin/env python3
"""Runs our command and a peer's turn by turn and compares their rates pair by pair.

A machine that others use changes its speed from minute to minute. Two rates taken next to each other saw the same
machine, so each round runs ours and then the peer, and the result is the median of the rounds' ratios, never a ratio of medians.

Each command prints JSON objects, one a line; the last one that holds the metric counts. Standard library only.
"""
import argparse
import glob
import json
import os
import statistics
import subprocess
import sys

TUNED = "glibc.malloc.mmap_threshold=1073741824:glibc.malloc.trim_threshold=4294967296:glibc.malloc.top_pad=67108864"


def options():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0], epilog="See bench/README.md for the commands behind docs/benchmarks.md.")
    a.add_argument("--ours", required=True, metavar="CMD", help="our command, run by the shell; {threads} is filled in")
    a.add_argument("--peer", required=True, metavar="CMD", help="the peer's command, likewise")
    a.add_argument("--peer-dir", metavar="DIR", help="the folder the peer's command runs in (default: this one)")
    a.add_argument("--threads", type=int, default=2, help="what {threads} stands for (default 2)")
    a.add_argument("--rounds", type=int, default=5, help="pairs to run, at least 5 for a figure that is published (default 5)")
    a.add_argument("--metric", default="steps_per_s", help="the JSON key to compare (default steps_per_s)")
    a.add_argument("--lower", action="store_true", help="the metric is a time: the ratio is turned round, so that above 1 is always ours")
    a.add_argument("--ours-where", action="append", default=[], metavar="KEY=VALUE", help="take only our lines where KEY is VALUE, such as path=actors")
    a.add_argument("--peer-where", action="append", default=[], metavar="KEY=VALUE", help="likewise for the peer's lines")
    kind = a.add_mutually_exclusive_group()
    kind.add_argument("--stock", action="store_true", help="the peer as it stands (default)")
    kind.add_argument("--tuned", action="store_true", help="the peer with GLIBC_TUNABLES that spare it the page faults of large frees")
    a.add_argument("--any-blas", action="store_true", help="run although the system's BLAS is not OpenBLAS with OpenMP")
    a.add_argument("--timeout", type=float, default=600, metavar="SECONDS", help="the longest one command may take (default 600)")
    a.add_argument("-o", "--output", metavar="FILE", help="append the result, one JSON object on a line, to FILE")
    a = a.parse_args()
    if a.rounds < 1:
        sys.exit("pair.py: --rounds must be at least 1")
    return a


def blas():
    """Where the system's libblas.so.3 leads, or None where there is none (a PyTorch wheel brings its own)."""
    found = sorted(glob.glob("/usr/lib/*/libblas.so.3"))
    return os.path.realpath(found[0]) if found else None


def matches(row, where):
    return all(str(row.get(key)) == value for key, _, value in (w.partition("=") for w in where))


def run(command, args, where, directory=None, tunables=None):
    """Runs one command and gives its last JSON line that holds the metric; what it says else goes to standard error."""
    environment = {k: v for k, v in os.environ.items() if k != "GLIBC_TUNABLES"}
    if tunables:
        environment["GLIBC_TUNABLES"] = tunables
    command = command.replace("{threads}", str(args.threads))
    try:
        done = subprocess.run(command, shell=True, cwd=directory, env=environment, stdout=subprocess.PIPE, text=True, timeout=args.timeout)
    except subprocess.TimeoutExpired:
        sys.exit(f"pair.py: no end after {args.timeout:g} s: {command}")
    if done.returncode:
        sys.exit(f"pair.py: exit code {done.returncode}: {command}\n{done.stdout}")
    found = None
    for line in done.stdout.splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict) and isinstance(row.get(args.metric), (int, float)) and matches(row, where):
            found = row
    if found is None:
        sys.exit(f"pair.py: no JSON line with {args.metric}{''.join(' and ' + w for w in where)} from: {command}\n{done.stdout}")
    return found


def spread(values):
    return {"min": round(min(values), 4), "median": round(statistics.median(values), 4), "max": round(max(values), 4)}


def main():
    args = options()
    library = blas()
    if library and "openblas-openmp" not in library and not args.any_blas:
        sys.exit(f"pair.py: the system's BLAS is {library}, which is not what either side should run on. As root: update-alternatives --set "
                 "libblas.so.3-x86_64-linux-gnu /usr/lib/x86_64-linux-gnu/openblas-openmp/libblas.so.3 (or --any-blas)")
    kind = "tuned" if args.tuned else "stock"
    ours, peers, ratios = [], [], []
    print(f"{'round':>6} {'ours':>12} {'peer ' + kind:>12} {'ratio':>8}")
    for i in range(args.rounds):
        o = run(args.ours, args, args.ours_where)
        p = run(args.peer, args, args.peer_where, args.peer_dir, TUNED if args.tuned else None)
        ours.append(o[args.metric])
        peers.append(p[args.metric])
        ratios.append(peers[-1] / ours[-1] if args.lower else ours[-1] / peers[-1])
        print(f"{i + 1:>6} {ours[-1]:>12.2f} {peers[-1]:>12.2f} {ratios[-1]:>8.3f}", flush=True)
    result = {"metric": args.metric, "kind": kind, "threads": args.threads, "rounds": args.rounds, "blas": library, "cores": os.cpu_count(),
              "ours": spread(ours), "peer": spread(peers), "ratio": spread(ratios), "ratios": [round(r, 4) for r in ratios],
              "ours_line": o, "peer_line": p}
    for name in ("min", "median", "max"):
        print(f"{name:>6} {result['ours'][name]:>12.2f} {result['peer'][name]:>12.2f} {result['ratio'][name]:>8.3f}")
    line = json.dumps(result)
    print(line)
    if args.output:
        with open(args.output, "a", encoding="utf-8") as f:
            f.write(line + "\n")


if __name__ == "__main__":
    main()
