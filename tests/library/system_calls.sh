#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What only some systems have is used in the folders for it alone: system_calls.sh SOURCE_FOLDER
set -euo pipefail

cd "$1"
headers='sys/|unistd|fcntl|dlfcn|c?signal\.?h?>|termios|poll|pthread|sched|link\.h|malloc|linux|io\.h|windows|mach'
patterns="#include <($headers)|__linux__|__GLIBC__|\"/(proc|sys)/|secure_getenv|\b(clock_nanosleep|memfd_create|epoll_|madvise)"

# found FOLDER...: the lines of C++ there that match.
found() { grep -rnE "$patterns" --include='*.cpp' --include='*.h' "$@" || true; }

# The lines are found where they must be, so the patterns are of use.
for file in src/{base,cli}/platform/posix; do
  [[ -n $(found "$file") ]] || { echo "nothing is found in $file" >&2; exit 1; }
done
# The plugin is for Linux, and so is what loads it: static programs and Windows have another file.
bad=$(found src include | grep -vE '^src/(base|cli)/platform/|^src/backend/torch/plugin(/|_library\.cpp)' || true)
[[ -z $bad ]] || {
  printf 'These belong into src/base/platform or src/cli/platform:\n%s\n' "$bad" >&2
  exit 1
}
# And what is Linux alone is guarded there, so that others of POSIX compile.
for word in renameat2 getauxval MADV_HUGEPAGE; do
  file=$(grep -rlw "$word" src/{base,cli}/platform/posix)
  grep -q '__linux__' "$file" || { echo "$word is not guarded in $file" >&2; exit 1; }
done
