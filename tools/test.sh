#!/usr/bin/env bash
# Builds everything and runs every test; arguments go to `dotnet test`. Without any, it also watches that the hot kernels keep
# their speed: bench/ComputeCore.Benchmarks/Guard.
#   tools/test.sh
#   tools/test.sh --filter Name~Softmax
# The last line is `N passed, N failed`. The exit status is zero only if tests ran and none failed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

"$root/tools/setup.sh" --tests
if ! build ComputeCore.sln; then
  printf '%s\n' "the build failed" "0 passed, 0 failed"
  exit 1
fi

# Each test project writes its results into its own TestResults folder.
rm -rf "$root"/tests/*/TestResults
status=0
(cd "$root" && dotnet test ComputeCore.sln -c Release --no-build --logger trx "$@") || status=$?

# Sums an attribute of the elements <Counters total="9" executed="9" passed="9" failed="0" .../>.
count() {
  { grep -hor --include='*.trx' '<Counters [^>]*' "$root"/tests/*/TestResults 2>/dev/null || true; } |
    { grep -o " $1=\"[0-9]*\"" || true; } | tr -dc '0-9\n' | awk '{ sum += $1 } END { print sum + 0 }'
}
passed="$(count passed)"
failed="$(count failed)"
if ((failed != 0)); then
  status=1
elif ((status != 0)); then
  echo "a test run broke off: see above"
elif ((passed == 0)); then
  echo "no test ran"
  status=1
fi

# After the tests, when nothing else of ours runs.
if (($# == 0)); then
  dotnet "$root/bench/ComputeCore.Benchmarks/bin/Release/net10.0/ComputeCore.Benchmarks.dll" guard || status=1
fi
echo "$passed passed, $failed failed"
exit "$status"
