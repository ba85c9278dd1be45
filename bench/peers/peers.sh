# Sourced by run.sh and accuracy.sh: how the engine and its peers are started, each on the same two cores.
source "$(dirname "${BASH_SOURCE[0]}")/../../tools/environment.sh"

peers="$root/bench/peers"
results="$root/artifacts/peers"
data="${XDG_CACHE_HOME:-$HOME/.cache}/computecore/datasets/fashion-mnist"
python=/usr/bin/python3

fail() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

positive() { [[ "$2" =~ ^[1-9][0-9]*$ ]] || fail "$1 takes a positive number, not '$2'"; }

require_peers() {
  "$python" -c 'import torch' 2>/dev/null || fail "PyTorch for $python is missing: tools/setup.sh --peers installs it"
}

require_data() {
  [[ -e "$data/train-images-idx3-ubyte.gz" ]] ||
    fail "no Fashion-MNIST in $data: fetch it with 'tools/run.sh data fetch fashion-mnist', or name its folder with --data"
}

# Prints the two cores to use, once both are free.
two_cores() { "$python" "$peers/two_cores.py"; }

# engine_trains CORES EPOCHS SEED FILE: writes the result as JSON into FILE.
engine_trains() {
  local out
  out="$(mktemp -d "$results/run.XXXXXX")"
  taskset -c "$1" "$root/tools/run.sh" train fashion-mnist --epochs "$2" --seed "$3" --json --out "$out" >"$4"
  rm -rf "$out"
}

# with_openblas COMMAND...: without what the user's environment may say of OpenBLAS. Debian's does not know recent processors, and takes
# kernels of older ones: it is told which to take.
with_openblas() {
  local settings=(-u OPENBLAS_L2_SIZE -u OPENBLAS_CORETYPE)
  ! grep -qw avx512f /proc/cpuinfo || settings+=(OPENBLAS_CORETYPE=SkylakeX)
  env "${settings[@]}" "$@"
}

# pytorch CORES SCRIPT ARGUMENTS...: runs a script of this folder at PyTorch's best settings.
# glibc would return the large blocks to the kernel after every step and pay for their pages anew. OpenBLAS has threads of its own
# beside PyTorch's OpenMP threads, and idle ones of either kind spin and keep the cores from the others: told to sleep soon, two of
# each train the translation model in 326 ms a step, against 544 with one of OpenBLAS's.
pytorch() {
  local cores="$1" script="$2"
  shift 2
  with_openblas env OPENBLAS_NUM_THREADS=2 OPENBLAS_THREAD_TIMEOUT=4 GOMP_SPINCOUNT=10000 MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=17179869184 MALLOC_TOP_PAD_=67108864 \
    taskset -c "$cores" "$python" "$peers/$script" --threads 2 "$@"
}

# pytorch_on_texts CORES SCRIPT ARGUMENTS...: the same where most is matrix products. The OpenBLAS that is built with OpenMP works with
# PyTorch's own threads, so that it can have both: 52 ms a step of the character GPT, against 57 with the other at its best.
pytorch_on_texts() {
  local library
  library="$(dpkg -L libopenblas0-openmp 2>/dev/null | grep -m 1 'libblas\.so\.3$')" || fail "OpenBLAS for OpenMP is missing: tools/setup.sh --peers installs it"
  LD_LIBRARY_PATH="$(dirname "$library")" pytorch "$@"
}

# pytorch_trains CORES EPOCHS SEED FILE
# Images as [N, H, W, C] spare oneDNN conversions: 20.8 ms a step against 25.7 (two cores, the best of many rounds).
pytorch_trains() { pytorch "$1" fashion_mnist.py --data "$data" --epochs "$2" --seed "$3" --channels-last --json "$4"; }
