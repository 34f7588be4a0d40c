#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Formats all C++ files, or with --check says which ones are not formatted.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# Other versions format some lines otherwise, so one is the measure.
wanted=14
format=$(command -v "clang-format-$wanted" || command -v clang-format || true)
if [[ -z $format ]] || ! "$format" --version | grep -q "version $wanted\."; then
  echo "clang-format $wanted is needed (Debian: clang-format)." >&2
  exit 1
fi
mapfile -t files < <(git ls-files --cached --others --exclude-standard -- \
  '*.cpp' '*.h' '*.hpp' '*.cu' | sort -u)
if [[ ${1:-} == --check ]]; then
  "$format" --dry-run -Werror "${files[@]}"
  echo "${#files[@]} files are formatted."
else
  "$format" -i "${files[@]}"
fi
