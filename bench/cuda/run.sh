#!/usr/bin/env bash
# On a machine with an NVIDIA GPU: times matrix products and attention next to cuBLAS, runs all tests on cuda:0, and writes
# bench/cuda/report.md. Elsewhere it says so and exits with 1.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
source "$here/../../tools/environment.sh"

"$root/tools/setup.sh"
build bench/ComputeCore.Benchmarks/ComputeCore.Benchmarks.csproj
dotnet "$root/bench/ComputeCore.Benchmarks/bin/Release/net10.0/ComputeCore.Benchmarks.dll" compare cuda:0 "$here/report.md" 4096

status=0
COMPUTECORE_TEST_DEVICES=cuda:0 "$root/tools/test.sh" | tee "$here/tests.log" || status=$?
printf '\nTests on cuda:0: %s.\n' "$(tail -n 1 "$here/tests.log")" >>"$here/report.md"
exit "$status"
