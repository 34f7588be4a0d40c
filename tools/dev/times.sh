#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Where the time of tools/test goes, as a table: times.sh [BUILD_FOLDER]. What was built last and
# tested last counts, so for the whole of it: a fresh clone. Seconds are those of a job, as ninja and
# ctest saw it; two jobs at a time halve them.
set -euo pipefail

build=${1:-$(dirname "${BASH_SOURCE[0]}")/../../build/torch}

# SECONDS PART NAME on each line.
steps() { # begin, end in milliseconds, time stamp, output, command; the last line of an output counts
  awk -F '\t' '
    /^#/ { next }
    { took[$4] = ($2 - $1) / 1000 }
    END {
      for (output in took) {
        part = output
        if (output !~ /\.(o|gch)$/) part = "links and archives"
        else if (part ~ /^src\/cli/) part = "the command: src/cli"
        else if (part ~ /^src/) part = "the library: src"
        else if (part ~ /^tools\/train/) part = "the trainer: tools/train"
        else if (part ~ /^tools/) part = "benchmarks: tools/bench"
        else part = "tests"
        name = output
        sub(/.*\//, "", name)
        sub(/\.o$/, "", name)
        print took[output] "\t" part "\t" name
      }
    }' "$build/.ninja_log"
}
tests() {
  awk '
    / Testing: / { name = $NF }
    /^Test time = / {
      part = "tests in C++"
      if (match(name, /^(cli|faults|train|library|signature)\./)) {
        part = "tests " substr(name, 1, RLENGTH) "*"
      }
      if (name ~ /^fuzz_/) part = "tests fuzz_*"
      print $4 "\t" part "\t" name
    }' "$build"/Testing/Temporary/LastTest.log
}
table() { # table TITLE: sums by part, the largest first
  local lines
  lines=$(cat)
  printf '| %s | number | seconds | the longest | seconds |\n|---|---:|---:|---|---:|\n' "$1"
  awk -F '\t' '
    { n[$2]++; sum[$2] += $1; if ($1 >= most[$2]) { most[$2] = $1; longest[$2] = $3 } }
    END {
      for (part in n)
        printf "| %s | %d | %.0f | %s | %.1f |\n", part, n[part], sum[part], longest[part], most[part]
    }' <<<"$lines" | sort -t '|' -k 4,4nr
  awk -F '\t' '{ all += $1 } END { printf "| all | %d | %.0f | | |\n", NR, all }' <<<"$lines"
}

steps | table build
echo
tests | table test
