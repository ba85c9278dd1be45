#!/usr/bin/env bash
# Trains the reference network from several seeds with ComputeCore and with PyTorch, and compares the test accuracies.
#   bench/peers/accuracy.sh
# Options: --seeds N (3), --epochs N (3), --data FOLDER of Fashion-MNIST's IDX files.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/peers.sh"

seeds=3
epochs=3
while (($#)); do
  case "$1" in
    --seeds) seeds="${2:-}"; positive "$1" "$seeds"; shift 2 ;;
    --epochs) epochs="${2:-}"; positive "$1" "$epochs"; shift 2 ;;
    --data) data="${2:?--data takes a folder}"; shift 2 ;;
    *) sed -n '2,4s/^# \?//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
  esac
done

"$root/tools/setup.sh"
require_peers
require_data
mkdir -p "$results"
rm -f "$results"/accuracy.*.json
cores="$("$python" -c 'import os; print(*sorted(os.sched_getaffinity(0))[:2], sep=",")')"
for ((seed = 1; seed <= seeds; seed++)); do
  engine_trains "$cores" "$epochs" "$seed" "$results/accuracy.engine.$seed.json"
  pytorch_trains "$cores" "$epochs" "$seed" "$results/accuracy.peer.$seed.json"
done
"$python" "$peers/compare.py" accuracy "$results"
