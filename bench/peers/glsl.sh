#!/usr/bin/env bash
# Compares the SPIR-V that the engine's compiler makes of C# kernels with what glslc -O makes of the same algorithms in GLSL, on
# vulkan:0, by turns in one process. Arguments: a kernel's name (gemm, attention, layernorm), or nothing for all.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/peers.sh"

"$root/tools/setup.sh" --tests
command -v glslc >/dev/null || fail "glslc is missing: tools/setup.sh --peers installs it"
modules="$results/glsl"
mkdir -p "$modules"
for shader in "$peers"/glsl/*.comp; do
  glslc -O --target-env=vulkan1.1 "$shader" -o "$modules/$(basename "$shader" .comp).spv"
done
build "$root/bench/ComputeCore.Benchmarks"
dotnet "$root/bench/ComputeCore.Benchmarks/bin/Release/net10.0/ComputeCore.Benchmarks.dll" glsl "$modules" "$@"
