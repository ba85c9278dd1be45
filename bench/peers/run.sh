#!/usr/bin/env bash
# Measures ComputeCore against its peers on two cores of this machine, by turns: engine, peer, engine, peer, ...
#   bench/peers/run.sh                                 everything
#   bench/peers/run.sh fashion-mnist --rounds 5        training the reference network, against PyTorch
#   bench/peers/run.sh gpt-char                        the character GPT on Moby Dick, against PyTorch
#   bench/peers/run.sh gemm                            the matrix product, against OpenBLAS (by turns in one process)
#   bench/peers/run.sh devices                         OpenCL (PoCL): the matrix product against CLBlast, as installed and tuned, and
#                                                      the reference network against the CPU device; Vulkan (lavapipe): against GLSL
# CLBlast's tuner (Debian: clblast-utils) takes minutes, once; what it found stays in artifacts/peers/clblast.
# Options: --rounds N (3), --epochs N in each round (1), --steps N of the GPT (2000), --data FOLDER of Fashion-MNIST's IDX files.
# Each result stays as JSON in artifacts/peers.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/peers.sh"

rounds=3
epochs=1
steps=2000
cases=()
while (($#)); do
  case "$1" in
    fashion-mnist | gpt-char | gemm | devices) cases+=("$1"); shift ;;
    --rounds) rounds="${2:-}"; positive "$1" "$rounds"; shift 2 ;;
    --epochs) epochs="${2:-}"; positive "$1" "$epochs"; shift 2 ;;
    --steps) steps="${2:-}"; positive "$1" "$steps"; shift 2 ;;
    --data) data="${2:?--data takes a folder}"; shift 2 ;;
    *) sed -n '2,11s/^# \?//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
  esac
done
((${#cases[@]})) || cases=(fashion-mnist gpt-char gemm devices)

fashion-mnist() {
  require_peers
  require_data
  for ((round = 1; round <= rounds; round++)); do
    cores="$(two_cores)"
    engine_trains "$cores" "$epochs" "$round" "$results/fashion-mnist.engine.$round.json"
    pytorch_trains "$cores" "$epochs" "$round" "$results/fashion-mnist.peer.$round.json"
  done
}

gpt-char() {
  local text="${XDG_CACHE_HOME:-$HOME/.cache}/computecore/datasets/moby-dick/moby-dick.txt" out
  require_peers
  [[ -e "$text" ]] || "$root/tools/run.sh" data fetch moby-dick >&2
  for ((round = 1; round <= rounds; round++)); do
    cores="$(two_cores)"
    out="$(mktemp -d "$results/run.XXXXXX")"
    taskset -c "$cores" "$root/tools/run.sh" train gpt-char --steps="$steps" --seed="$round" --json --out "$out" >"$results/gpt-char.engine.$round.json"
    rm -rf "$out"
    pytorch "$cores" gpt_char.py --text "$text" --steps "$steps" --seed "$round" --json "$results/gpt-char.peer.$round.json"
  done
}

gemm() {
  local project="$root/bench/ComputeCore.Benchmarks"
  build "$project"
  for ((round = 1; round <= rounds; round++)); do
    cores="$(two_cores)"
    taskset -c "$cores" dotnet "$project/bin/Release/net10.0/ComputeCore.Benchmarks.dll" gemm \
      --json "$results/gemm.$round.json" >&2
  done
}

# Leaves what CLBlast's tuner found in a folder; it writes its files where it runs. Matrices of 512 take an eighth of the time that those
# of 1024 take, and what is tuned, tiles and vectors, hangs on neither.
tune_clblast() {
  local tuner
  tuner="$(command -v clblast_tuner_xgemm)" || fail "CLBlast's tuner is missing: tools/setup.sh --peers installs it"
  mkdir -p "$1"
  (cd "$1" && "$tuner" -m 512 -n 512 -k 512 >tuner.log)
}

devices() {
  local steps=100 tuned="$results/clblast" engine=(dotnet "$root/bench/ComputeCore.Benchmarks/bin/Release/net10.0/ComputeCore.Benchmarks.dll")
  require_data
  local gemm=(dotnet "$root/tools/ComputeCore.Cli/bin/Release/net10.0/ComputeCore.Cli.dll" bench gemm --only 1024x1024x1024 --device opencl:0)
  build "$root/bench/ComputeCore.Benchmarks"
  build "$root/tools/ComputeCore.Cli"
  compgen -G "$tuned/*.json" >/dev/null || tune_clblast "$tuned"
  # The engine measures its variants, and both compile their kernels, before anything counts.
  "${gemm[@]}" >/dev/null
  for ((round = 1; round <= rounds; round++)); do
    cores="$(two_cores)"
    taskset -c "$cores" "${gemm[@]}" --json "$results/devices.gemm.$round.json" >/dev/null
    taskset -c "$cores" "$python" "$peers/clblast.py" >"$results/devices.clblast.$round.json"
    taskset -c "$cores" "$python" "$peers/clblast.py" --tuned "$tuned"/*.json >"$results/devices.clblast-tuned.$round.json"
    taskset -c "$cores" "${engine[@]}" device-epoch opencl:0 "$data" "$steps" >"$results/devices.epoch-opencl.$round.json"
    taskset -c "$cores" "${engine[@]}" device-epoch cpu "$data" "$((10 * steps))" >"$results/devices.epoch-cpu.$round.json"
  done
  "$peers/glsl.sh"
}

"$root/tools/setup.sh"
mkdir -p "$results"
for case in "${cases[@]}"; do
  rm -f "$results/$case".*.json
  "$case"
  "$python" "$peers/compare.py" "$case" "$results"
done
