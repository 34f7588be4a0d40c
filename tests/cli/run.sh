#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs cases of the command's behaviour: run.sh NNZIP_BINARY CASE_DIR [NAME...], without names all.
#
# A case is NAME.sh, run by bash in an empty folder with nnzip in the PATH and the functions below.
# A case that cannot run here exits with 77 and says why; so does run.sh if that was the only one.
# NAME.stdout is its exact output (none: nothing), NAME.exit its exit status (none: 0), NAME.stderr
# patterns of the shell, one on a line, each of which must match a line of the errors (none: there
# must be no errors).
set -uo pipefail

binary=$(realpath "$1")
cases=$(realpath "$2")
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
CLI_PROSE=$(dirname "$(realpath "$0")")/prose.txt
CLI_SOURCE=$(realpath "$(dirname "$0")/../../src/cli")
export CLI_PROSE CLI_SOURCE
mkdir "$work/bin"
ln -s "$binary" "$work/bin/nnzip"

# Available to the cases.
sample() { # sample BYTES: prose, always the same
  cat "$CLI_PROSE" "$CLI_PROSE" "$CLI_PROSE" | head -c "$1"
}
prose_of() { # prose_of BYTES: the words of the prose in another order each time, always the same
  tr -s ' \n' '\n' <"$CLI_PROSE" | awk -v bytes="$1" '
    { word[NR] = $0 }
    END {
      for (seed = 7; done < bytes; done += length(line) + 1) {
        for (line = ""; length(line) < 70; line = line (line ? " " : "") word[1 + seed % NR]) {
          seed = (seed * 69069 + 12345) % 1048576
        }
        print line
      }
    }' | head -c "$1"
}
noise_of() { # noise_of BYTES: nothing makes it smaller, always the same
  head -c "$1" /dev/zero | openssl enc -aes-128-ctr -K 00 -iv 00 2>/dev/null
}
status() { # status COMMAND...: runs it and tells its exit status
  "$@"
  echo "exit $?"
}
export -f sample prose_of noise_of status

complain() {
  echo "cli.$name: $*"
  failed=1
}

run_case() {
  local name=$1 failed=0 pattern got expected
  mkdir "$work/$name"
  (cd "$work/$name" && PATH=$work/bin:$PATH LC_ALL=C bash "$cases/$name.sh" </dev/null \
    >"$work/stdout" 2>"$work/stderr")
  got=$?
  if ((got == 77)); then
    echo "cli.$name: skipped: $(<"$work/stderr")"
    skipped=$((skipped + 1))
    return 0
  fi
  expected=0
  [[ ! -e $cases/$name.exit ]] || expected=$(<"$cases/$name.exit")
  ((got == expected)) || complain "exit status $got instead of $expected"
  local reference=/dev/null
  [[ ! -e $cases/$name.stdout ]] || reference=$cases/$name.stdout
  diff -u --label expected --label output "$reference" "$work/stdout" || complain "other output"
  if [[ -e $cases/$name.stderr ]]; then
    while IFS= read -r pattern; do
      matches "$pattern" <"$work/stderr" || complain "no line of the errors is like: $pattern"
    done <"$cases/$name.stderr"
  elif [[ -s $work/stderr ]]; then
    complain "there are errors"
  fi
  ((failed == 0)) || sed 's/^/  stderr: /' "$work/stderr"
  return "$failed"
}

matches() { # matches PATTERN: whether a line of the input is like it
  local line
  while IFS= read -r line; do
    # shellcheck disable=SC2053  # the pattern is meant as one
    [[ $line == $1 ]] && return 0
  done
  return 1
}

if (($# == 0)); then
  for script in "$cases"/*.sh; do set -- "$@" "$(basename "$script" .sh)"; done
fi
bad=0
skipped=0
for name in "$@"; do
  run_case "$name" || bad=$((bad + 1))
done
echo "$# cases, $bad failed, $skipped skipped"
((skipped < $#)) || exit 77
((bad == 0))
