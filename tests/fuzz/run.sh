#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Fuzzes each parser for some seconds: run.sh SECONDS [NAME...], names as in CMakeLists.txt.
# Builds with Clang under the sanitizers in build/fuzz, starts from the inputs made in code and from
# what earlier runs have kept in build/fuzz/corpus, and prints a table. Inputs that fail stand in
# build/fuzz/findings afterwards; the exit status is 1 if there are any.
set -euo pipefail

(($# > 0)) || { sed -n 3,6p "$0" >&2; exit 2; }
seconds=$1
shift
(($# > 0)) || set -- container model_file arguments base64 decoder deflate detector jpeg filters gif page png program samples type1 utf16
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=$PWD/build/fuzz

cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_COMPILER=clang++ \
  -DNNZIP_BUILD_FUZZERS=ON -DNNZIP_SANITIZE=address,undefined >"$build.log"
ninja -C "$build" -j "$(nproc)" fuzzers >>"$build.log" || { tail -n 30 "$build.log" >&2; exit 1; }

mkdir -p "$build/findings"
found_any=0
rows='| parser | executions | each second | coverage (edges) | features | inputs kept | findings |
|---|---:|---:|---:|---:|---:|---:|'
for name in "$@"; do
  program=$(find "$build" -type f -name "fuzz_$name" -perm -u+x)
  corpus=$build/corpus/$name
  log=$build/findings/$name.log
  mkdir -p "$corpus"
  "$program.inputs" "$corpus"
  rm -f "$build/findings/$name"-*
  # Fixed seed: two runs differ by the machine's speed alone.
  "$program" -seed=1 -max_total_time="$seconds" -timeout=20 -rss_limit_mb=1500 -print_final_stats=1 \
    -artifact_prefix="$build/findings/$name-" -max_len=8192 "$corpus" >"$log" 2>&1 || true
  executed=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  rate=$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log")
  # The last line of progress: "#123 DONE cov: 1 ft: 2 corp: 3/4Kb ..."
  covered=$(grep -o 'cov: [0-9]* ft: [0-9]* corp: [0-9]*' "$log" | tail -n 1)
  findings=$(find "$build/findings" -name "$name-*" | wc -l)
  # An end without its own line of statistics and without an input is a failure, too.
  [[ -n $executed ]] || { tail -n 20 "$log" >&2; findings="failed"; }
  [[ $findings == 0 ]] || found_any=1
  read -r _ cov _ ft _ corp <<<"${covered:-- - - - - -}"
  rows+=$'\n'"| $name | ${executed:--} | ${rate:--} | $cov | $ft | $corp | $findings |"
done
echo "$rows"
exit "$found_any"
