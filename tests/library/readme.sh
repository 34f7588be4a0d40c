#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The lines of C in the README compile, and do what they say: readme.sh BUILD_FOLDER SOURCE_FOLDER
set -euo pipefail

build=$1 source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
lines=$(sed -n '/^### From C$/,/^|/s/^    //p' "$source/README.md")
[[ $lines == *nnzip_compress* ]] || { echo "The README has no lines of C." >&2; exit 1; }
cat >"$work/program.c" <<END
#include <nnzip/nnzip.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void) {
  const char content[] = "All is well. All is well.";
  const size_t size = sizeof content;
  $lines
  char back[sizeof content];
  size_t back_size;
  if (nnzip_decompress(back, size, &back_size, packed, packed_size, NULL) != NNZIP_OK) return 1;
  free(packed);
  return back_size == size && memcmp(back, content, size) == 0 ? 0 : 1;
}
END
cc -std=c99 -Wall -Wextra -Werror -I"$source/include" "$work/program.c" -o "$work/program" \
  -L"$build/lib" -Wl,-rpath,"$build/lib" -lnnzip
NNZIP_MODEL_PATH=$source/models "$work/program"
