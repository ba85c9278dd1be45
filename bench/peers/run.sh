#!/usr/bin/env bash
# Measures ComputeCore against its peers on two cores of this machine, by turns: engine, peer, engine, peer, ...
#   bench/peers/run.sh                                 everything
#   bench/peers/run.sh fashion-mnist --rounds 5        training the reference network, against PyTorch
#   bench/peers/run.sh gpt-char translate bert-mlm     Transformers, against PyTorch with the same first weights and batches
#   bench/peers/run.sh gemm                            the matrix product, against OpenBLAS (by turns in one process)
#   bench/peers/run.sh operations                      the cases of 'computecore bench' but gemm, against PyTorch
#   bench/peers/run.sh train                           training steps of five networks, against PyTorch
#   bench/peers/run.sh onnxruntime                     inference of five networks, against ONNX Runtime (by turns in one process)
#   bench/peers/run.sh devices                         OpenCL (PoCL): the matrix product against CLBlast, as installed and tuned, and
#                                                      the reference network against the CPU device; Vulkan (lavapipe): against GLSL
# CLBlast's tuner (Debian: clblast-utils) takes minutes, once; what it found stays in artifacts/peers/clblast.
# Options: --rounds N (3), --epochs N in each round (1), --steps N of a Transformer (2000), --data FOLDER of Fashion-MNIST's IDX files,
# --groups conv,norm (all), --only TEXT in the names of operations, networks and matrix products, --seconds N a case (0.5; 5 a network).
# Each result stays as JSON in artifacts/peers.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/peers.sh"

rounds=3
epochs=1
steps=2000
groups=conv,attention,norm,softmax,elementwise,copy
only=
seconds=
cases=()
while (($#)); do
  case "$1" in
    fashion-mnist | gpt-char | translate | bert-mlm | gemm | operations | train | onnxruntime | devices) cases+=("$1"); shift ;;
    --rounds) rounds="${2:-}"; positive "$1" "$rounds"; shift 2 ;;
    --epochs) epochs="${2:-}"; positive "$1" "$epochs"; shift 2 ;;
    --steps) steps="${2:-}"; positive "$1" "$steps"; shift 2 ;;
    --groups) groups="${2:?--groups takes names with commas between}"; shift 2 ;;
    --only) only="${2:-}"; shift 2 ;;
    --seconds) seconds="${2:?--seconds takes a number}"; shift 2 ;;
    --data) data="${2:?--data takes a folder}"; shift 2 ;;
    *) sed -n '2,15s/^# \?//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
  esac
done
((${#cases[@]})) || cases=(fashion-mnist gpt-char translate bert-mlm gemm operations train onnxruntime devices)

fashion-mnist() {
  require_peers
  require_data
  for ((round = 1; round <= rounds; round++)); do
    cores="$(two_cores)"
    engine_trains "$cores" "$epochs" "$round" "$results/fashion-mnist.engine.$round.json"
    pytorch_trains "$cores" "$epochs" "$round" "$results/fashion-mnist.peer.$round.json"
  done
}

gpt-char() { train_on_text gpt-char gpt_char.py; }

bert-mlm() { train_on_text bert-mlm bert.py; }

# The two models are tested by the same beam search.
translate() { train_on_text translate translate.py --width=128 --hidden=512 --vocabulary=4000 --lr=0.002; }

# train_on_text RECIPE SCRIPT SETTINGS...
train_on_text() {
  local recipe="$1" script="$2" out settings
  shift 2
  require_peers
  for ((round = 1; round <= rounds; round++)); do
    cores="$(two_cores)"
    out="$(mktemp -d "$results/run.XXXXXX")"
    settings=("$recipe" --steps="$steps" --seed="$round" "$@")
    "$root/tools/run.sh" data export "${settings[@]}" --out "$out/recipe.safetensors" >&2
    taskset -c "$cores" "$root/tools/run.sh" train "${settings[@]}" --json --out "$out/run" >"$results/$recipe.engine.$round.json"
    pytorch_on_texts "$cores" "$script" --recipe "$out/recipe.safetensors" --seed "$round" --weights "$out/weights.safetensors" \
      --json "$results/$recipe.peer.$round.json"
    if [[ "$recipe" == translate ]]; then
      "$root/tools/run.sh" evaluate "$out/run" --json >"$results/$recipe.engine-test.$round.json"
      mv "$out/weights.safetensors" "$out/run/model.safetensors"
      "$root/tools/run.sh" evaluate "$out/run" --json >"$results/$recipe.peer-test.$round.json"
    fi
    rm -rf "$out"
  done
}

gemm() {
  local project="$root/bench/ComputeCore.Benchmarks"
  build "$project"
  for ((round = 1; round <= rounds; round++)); do
    cores="$(two_cores)"
    with_openblas taskset -c "$cores" dotnet "$project/bin/Release/net10.0/ComputeCore.Benchmarks.dll" gemm \
      --only "$only" --json "$results/gemm.$round.json" >&2
  done
}

operations() {
  require_peers
  build "$root/tools/ComputeCore.Cli"
  for ((round = 1; round <= rounds; round++)); do
    cores="$(two_cores)"
    taskset -c "$cores" dotnet "$root/tools/ComputeCore.Cli/bin/Release/net10.0/ComputeCore.Cli.dll" bench ${groups//,/ } \
      --only "$only" --seconds "${seconds:-0.5}" --json "$results/operations.engine.$round.json" >&2
    pytorch "$cores" operations.py "$results/operations.engine.$round.json" "$results/operations.peer.$round.json" --seconds "${seconds:-0.5}"
  done
}

# One process a network, so that each has its own peak of memory.
train() {
  local project="$root/bench/ComputeCore.Benchmarks" case number=0
  local networks=("Fashion-MNIST CNN, batch 64" "ResNet-18 at 32x32, batch 64" "character GPT, batch 12x64" "GPT-2 small, batch 4x64" "translation, batch 32x32")
  require_peers
  build "$project"
  for case in "${networks[@]}"; do
    [[ "$case" == *"$only"* ]] || continue
    for ((round = 1; round <= rounds; round++)); do
      cores="$(two_cores)"
      ((++number))
      taskset -c "$cores" dotnet "$project/bin/Release/net10.0/ComputeCore.Benchmarks.dll" model "train $case" "${seconds:-5}" "$results/train.engine.$number.json"
      pytorch "$cores" train.py "train $case" "$results/train.peer.$number.json" --seconds "${seconds:-5}"
    done
  done
}

onnxruntime() {
  local project="$peers/onnxruntime" folder="$results/onnx" case number=0
  require_peers
  build "$project"
  for case in {ResNet-18,ResNet-50,MobileNetV2,"SqueezeNet 1.1"}", batch "{1,8} "GPT-2 small, prompt of 64"; do
    [[ "$case" == *"$only"* ]] || continue
    "$python" "$peers/export.py" "infer $case" "$folder" >&2
    cores="$(two_cores)"
    taskset -c "$cores" dotnet "$project/bin/Release/net10.0/ComputeCore.Peers.OnnxRuntime.dll" \
      "infer $case" "$folder" "$((number + 1))" "$rounds" "${seconds:-2}" "$results/onnxruntime" >&2
    ((number += rounds))
  done
  rm -rf "$folder"
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
