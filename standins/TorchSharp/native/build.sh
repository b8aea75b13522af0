#!/bin/sh
# build.sh OUTDIR: compiles libClusterTorch.so into OUTDIR. CLUSTER_LIBTORCH names a PyTorch folder other than the system's.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?usage: build.sh OUTDIR}
need="On Debian: apt-get install g++ cmake libtorch-dev libopenblas0-openmp."
for tool in cmake c++; do
  command -v "$tool" >/dev/null 2>&1 || { echo "build.sh: error: $tool is missing, and the TorchSharp stand-in is compiled with it. $need" >&2; exit 1; }
done
mkdir -p "$out"
work="$out/cmake"
# CMake remembers which libtorch it found: another one needs a fresh start.
[ "$(cat "$work/libtorch" 2>/dev/null || true)" = "${CLUSTER_LIBTORCH:-system}" ] || rm -rf "$work"
mkdir -p "$work"
printf '%s' "${CLUSTER_LIBTORCH:-system}" >"$work/libtorch"
cmake -S "$here" -B "$work" -DCMAKE_BUILD_TYPE=Release >"$out/configure.log" 2>&1 || {
  cat "$out/configure.log" >&2
  echo "build.sh: error: libtorch's headers or libraries were not found. $need" >&2
  exit 1
}
cmake --build "$work" --parallel "${CLUSTER_NATIVE_JOBS:-2}"
cp "$work/libClusterTorch.so" "$out/.libClusterTorch.so.new"
mv "$out/.libClusterTorch.so.new" "$out/libClusterTorch.so" # a rename: processes that run keep the library they loaded
