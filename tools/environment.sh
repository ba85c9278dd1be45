# Sourced by the scripts of this folder: where the clone is, and how .NET should behave.
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

# .NET and NuGet need a home; services and containers sometimes have none.
if [[ -z "${HOME:-}" ]]; then
  HOME="$(getent passwd "$(id -u)" 2>/dev/null | cut -d: -f6 || true)"
  [[ -n "$HOME" && -w "$HOME" ]] || HOME="$root/artifacts/home"
  mkdir -p "$HOME"
  export HOME
fi

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
# No build process outlives the script.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0

# Unlike `dotnet build`, `dotnet msbuild` is silent where there is nothing to say.
# global.json is looked for upwards from the working directory, so builds run in the clone.
build() {
  (cd "$root" && dotnet msbuild "$1" -restore -maxCpuCount -nologo -verbosity:quiet -p:Configuration=Release \
    -p:UseSharedCompilation=false) >&2
}
