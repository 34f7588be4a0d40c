# SPDX-License-Identifier: Apache-2.0
# For the scripts beside it, which are called as NAME.sh NNZIP_BINARY and source this first: an empty
# folder to be in, and the checks.
set -euo pipefail

self=$(realpath "$0")
nnzip=$(realpath "$1")
here=$(dirname "$self")
export LC_ALL=C
unset NNZIP_OPT

# with_mounts: begins again where this script may mount file systems that end with it.
with_mounts() {
  [[ -z ${NNZIP_FAULTS_INSIDE:-} ]] || return 0
  local way
  for way in -m -rm; do
    if unshare "$way" mount -t tmpfs tmpfs /mnt 2>/dev/null; then
      NNZIP_FAULTS_INSIDE=1 exec unshare "$way" "$self" "$nnzip"
    fi
  done
  skip "no file system can be mounted: neither root nor user namespaces"
}

skip() {
  echo "skipped: $*"
  exit 77
}

work=
enter_work() {
  work=$(mktemp -d)
  trap leave_work EXIT
  cd "$work"
}
leave_work() {
  cd /
  # What is still mounted below goes with the mount namespace, but must be gone before the folder.
  [[ -z ${NNZIP_FAULTS_INSIDE:-} ]] || umount -l "$work"/* 2>/dev/null || true
  rm -rf "$work"
}

fail() {
  echo "FAILED: $*" >&2
  [[ ! -s $work/errors ]] || sed 's/^/  stderr: /' "$work/errors" >&2
  exit 1
}

# refuses PATTERN COMMAND...: it must end with status 1 and one line of errors that is like PATTERN.
refuses() {
  local pattern=$1 got=0
  shift
  "$@" 2>"$work/errors" || got=$?
  ((got == 1)) || fail "status $got instead of 1: $*"
  [[ $(wc -l <"$work/errors") == 1 ]] || fail "not one line of errors: $*"
  # shellcheck disable=SC2053  # the pattern is meant as one
  [[ $(<"$work/errors") == $pattern ]] || fail "the error is not like '$pattern': $*"
}

# works COMMAND...: it must succeed without a word.
works() {
  "$@" 2>"$work/errors" || fail "status $?: $*"
  [[ ! -s $work/errors ]] || fail "errors of a success: $*"
}

# only FOLDER NAME...: nothing else is in the folder, temporary files included.
only() {
  local folder=$1 found expected
  shift
  found=$(ls -A "$folder")
  expected=$(printf '%s\n' "$@" | sort)
  [[ $(sort <<<"$found") == "$expected" ]] || fail "in $folder there is: ${found//$'\n'/ }"
}

# random BYTES SEED: bytes that do not pack, the same each time.
random() {
  openssl enc -aes-128-ctr -K "$(printf %032x "$2")" -iv 0 -in /dev/zero 2>/dev/null | head -c "$1" ||
    [[ ${PIPESTATUS[1]} == 0 ]]
}

# same A B: equal content.
same() { cmp -s "$1" "$2" || fail "$1 differs from $2"; }

# begins A B: B begins with A.
begins() { head -c "$(stat -c %s "$1")" "$2" | cmp -s - "$1" || fail "$1 is no beginning of $2"; }

# until_true COMMAND...: waits for it, minutes at most.
until_true() {
  local i
  for ((i = 0; i < 10000; ++i)); do
    ! "$@" || return 0
    sleep 0.02
  done
  fail "waited in vain for: $*"
}

# has_temporary FOLDER: whether an unfinished output is there.
has_temporary() { compgen -G "$1/.*.nnzip-??????" >/dev/null; }
