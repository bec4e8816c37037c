#!/usr/bin/env bash
# Runs every test project on every target and ends with the plain line "N passed, N failed".
# A build error, a crash, and a project in which nothing ran count as failed. Arguments go to "dotnet test".
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_UI_LANGUAGE=en DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

passed=0 failed=0 skipped=0 status=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

dotnet build ProducerConsumer.sln -c Debug >"$log" 2>&1 || {
  grep -E 'error|warning' "$log" | sort -u | head -50
  echo "0 passed, 1 failed"
  exit 1
}

# One target at a time: timing-sensitive projects must not compete for the cores.
for project in tests/*/*.csproj; do
  for target in $(sed -nE 's|.*<TargetFrameworks?>(.*)</TargetFrameworks?>.*|\1|p' "$project" | tr ';' ' '); do
    grep -q '<IsTestProject>false' "$project" && continue
    echo "== $(basename "$project" .csproj) ($target)"
    dotnet test "$project" -c Debug -f "$target" --no-build --blame-hang-timeout 5m --blame-hang-dump-type none "$@" 2>&1 | tee "$log"
    code=$?
    counts=$(sed -nE 's/^(Passed|Failed)! +- Failed: +([0-9]+), Passed: +([0-9]+), Skipped: +([0-9]+), Total: +([0-9]+).*/\2 \3 \4 \5/p' "$log" | tail -n 1)
    read -r f p s total <<<"${counts:-0 0 0 0}"
    # A run that fails without a failed test, or in which nothing ran, is one failure of its own.
    if { [ "$code" -ne 0 ] && [ "$f" -eq 0 ]; } || [ "$total" -eq 0 ]; then
      f=$((f + 1))
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    if [ "$code" -ne 0 ] || [ "$f" -ne 0 ]; then status=1; fi
  done
done

if [ "$skipped" -gt 0 ]; then
  echo "$passed passed, $failed failed, $skipped skipped"
else
  echo "$passed passed, $failed failed"
fi
exit "$status"
