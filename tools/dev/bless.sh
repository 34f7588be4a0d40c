#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Writes the signature of the release build to tests/golden/bench.txt, and the golden frames of the
# present format version. A new signature is a change of format: the commit says why the bits had to
# change.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
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
