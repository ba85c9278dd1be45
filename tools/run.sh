#!/usr/bin/env bash
# Builds ComputeCore and runs its command line with the given arguments; without any, it trains the reference network.
#   tools/run.sh --help
#   tools/run.sh train fashion-mnist --epochs 3
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

"$root/tools/setup.sh"
build tools/ComputeCore.Cli
(($#)) || set -- train fashion-mnist
# exec: signals such as Ctrl-C reach the program itself, and its exit status is ours.
exec dotnet "$root/tools/ComputeCore.Cli/bin/Release/net10.0/ComputeCore.Cli.dll" "$@"
