#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs cases of the command's behaviour: run.sh NNZIP_BINARY CASE_DIR [NAME...], without names all.
#
# A case is NAME.sh, run by bash in an empty folder with nnzip in the PATH and the functions below.
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
export CLI_PROSE
mkdir "$work/bin"
ln -s "$binary" "$work/bin/nnzip"

# Available to the cases.
sample() { # sample BYTES: prose, always the same
  cat "$CLI_PROSE" "$CLI_PROSE" "$CLI_PROSE" | head -c "$1"
}
status() { # status COMMAND...: runs it and tells its exit status
  "$@"
  echo "exit $?"
}
export -f sample status

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
for name in "$@"; do
  run_case "$name" || bad=$((bad + 1))
done
echo "$# cases, $bad failed"
((bad == 0))
