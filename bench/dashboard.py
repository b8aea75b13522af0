#!/usr/bin/env python3
"""How quick the dashboard answers over many long runs.

    python3 bench/dashboard.py fill DIR [--runs 100] [--points 100000]
    ./cluster dashboard DIR --port 8420 &
    python3 bench/dashboard.py ask http://127.0.0.1:8420

`fill` writes run folders whose figures are random walks from a fixed seed; `ask` prints the median and the worst of some
requests as the pages send them, and of the first one, which reads the files.
"""
import argparse
import json
import random
import statistics
import time
import urllib.request
from pathlib import Path


def fill(folder: Path, runs: int, points: int) -> None:
    """One run in each folder: three figures at each step."""
    for run in range(runs):
        draw = random.Random(run)
        home = folder / f"walk-{run:03d}"
        home.mkdir(parents=True, exist_ok=True)
        (home / "experiment.yaml").write_text(f"name: walk\nmodel:\n  kind: gan\nsteps: {points}\n")
        (home / "state.json").write_text(json.dumps({
            "state": "finished", "step": points, "steps": points, "checkpoint": -1, "attempts": 1, "updated": "2026-01-01T00:00:00Z", "problem": None}))
        loss, score = 2.0, 0.5
        with open(home / "metrics.jsonl", "w", encoding="ascii") as rows:
            for step in range(1, points + 1):
                loss += draw.gauss(0, 0.01) - 0.00001 * loss
                score += draw.gauss(0, 0.002)
                rows.write(f'{{"step":{step},"stepsPerSecond":120.5,"loss":{loss:.6f},"score":{score:.6f}}}\n')


def ask(address: str, times: int) -> None:
    """Each request as the pages send it."""
    runs = [run["name"] for run in json.load(urllib.request.urlopen(address + "/api/runs"))["runs"]]
    points = "&metric=loss&metric=score&metric=stepsPerSecond&buckets=300"
    requests = [
        ("list of all runs", "/api/runs"),
        ("charts of a run", f"/api/curves?run={runs[0]}{points}"),
        ("the same, zoomed to 1,000 steps", f"/api/curves?run={runs[0]}{points}&from=50000&to=51000"),
        ("the same, smoothed", f"/api/curves?run={runs[0]}{points}&smooth=0.99"),
        ("charts of 8 runs compared", "/api/curves?" + "&".join(f"run={run}" for run in runs[:8]) + points),
        (f"charts of {len(runs)} runs compared", "/api/curves?" + "&".join(f"run={run}" for run in runs) + points),
        ("all of a run but curves", f"/api/runs/{runs[0]}"),
    ]
    print(f"| {'request':<33} | first, ms | median, ms | worst, ms | KiB |\n| --- | ---: | ---: | ---: | ---: |")
    for name, path in requests:
        taken, size = [], 0
        for _ in range(times + 1):
            begun = time.perf_counter()
            size = len(urllib.request.urlopen(address + path).read())
            taken.append((time.perf_counter() - begun) * 1e3)
        print(f"| {name:<33} | {taken[0]:.0f} | {statistics.median(taken[1:]):.1f} | {max(taken[1:]):.1f} | {size / 1024:.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    filling = verbs.add_parser("fill")
    filling.add_argument("folder", type=Path)
    filling.add_argument("--runs", type=int, default=100)
    filling.add_argument("--points", type=int, default=100_000)
    asking = verbs.add_parser("ask")
    asking.add_argument("address")
    asking.add_argument("--times", type=int, default=20)
    asked = parser.parse_args()
    if asked.verb == "fill":
        fill(asked.folder, asked.runs, asked.points)
    else:
        ask(asked.address.rstrip("/"), asked.times)


if __name__ == "__main__":
    main()
