#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The few minutes' check before a commit: format, build with warnings as errors, quick tests, sizes.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
tools/dev/format.sh --check
[[ -f build/dev/build.ninja ]] || cmake --preset dev
ninja -C build/dev
ctest --test-dir build/dev -L '^(quick|cli|size)$' -LE '^(slow|gpu)$' -j "$(nproc)" --output-on-failure
