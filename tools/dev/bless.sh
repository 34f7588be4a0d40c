#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Writes the signature of the release build to tests/golden/bench.txt, the golden frames of the present
# format version, and the sizes of tests/regression/sizes.tsv. A new signature is a change of format: the
# commit says why the bits had to change. "bless.sh sizes" writes the sizes alone.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
if [[ ${1:-} == sizes ]]; then
  "$root/tools/run" --version >/dev/null  # builds it
  exec "$root/tests/regression/sizes.sh" --write "$root/build/release/nnzip"
fi
signature=$("$root/tools/run" bench --signature)
# The document as code must agree before its numbers become the measure.
reference=$("$root/tools/run" bench --signature --device reference)
if [[ $signature != "$reference" ]]; then
  echo "The chosen backend gives $signature, the reference $reference: nothing is blessed." >&2
  exit 1
fi
mkdir -p "$root/tests/golden"
printf '%s\n' "$signature" >"$root/tests/golden/bench.txt"
echo "tests/golden/bench.txt: $signature"
"$root/tests/golden/make_frames.sh" "$root/build/release/nnzip"
"$root/tests/regression/sizes.sh" --write "$root/build/release/nnzip"
