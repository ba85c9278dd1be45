#!/usr/bin/env bash
# Measures ComputeCore against its peers on two cores of this machine, by turns: engine, peer, engine, peer, ...
#   bench/peers/run.sh                                 everything
#   bench/peers/run.sh fashion-mnist --rounds 5        training the reference network, against PyTorch
#   bench/peers/run.sh gemm                            the matrix product, against OpenBLAS (by turns in one process)
# Options: --rounds N (3), --epochs N in each round (1), --data FOLDER of Fashion-MNIST's IDX files.
# Each result stays as JSON in artifacts/peers.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/peers.sh"

rounds=3
epochs=1
cases=()
while (($#)); do
  case "$1" in
    fashion-mnist | gemm) cases+=("$1"); shift ;;
    --rounds) rounds="${2:-}"; positive "$1" "$rounds"; shift 2 ;;
    --epochs) epochs="${2:-}"; positive "$1" "$epochs"; shift 2 ;;
    --data) data="${2:?--data takes a folder}"; shift 2 ;;
    *) sed -n '2,7s/^# \?//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
  esac
done
((${#cases[@]})) || cases=(fashion-mnist gemm)

fashion-mnist() {
  require_peers
  require_data
  for ((round = 1; round <= rounds; round++)); do
    cores="$(two_cores)"
    engine_trains "$cores" "$epochs" "$round" "$results/fashion-mnist.engine.$round.json"
    pytorch_trains "$cores" "$epochs" "$round" "$results/fashion-mnist.peer.$round.json"
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

"$root/tools/setup.sh"
mkdir -p "$results"
for case in "${cases[@]}"; do
  rm -f "$results/$case".*.json
  "$case"
  "$python" "$peers/compare.py" "$case" "$results"
done
