#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Outputs that take nothing: full devices and pipes that nobody reads.
source "$(dirname "$0")/fault_helpers.sh"
enter_work

random 300000 2 >noise
works "$nnzip" noise
full='*No space left on device*'
into() { "${@:2}" >"$1"; }

refuses "$full" into /dev/full "$nnzip" -c noise
refuses "$full" into /dev/full "$nnzip" -dc noise.nnz
refuses "$full" into /dev/full "$nnzip" -h
refuses "$full" into /dev/full "$nnzip" models
refuses "$full" "$nnzip" -o /dev/full noise
refuses "$full" "$nnzip" -d -o /dev/full noise.nnz
[[ -c /dev/full ]] || fail "the device is gone"

# The pipe's reader ends at once. Two lines of errors would be one too many.
closed() { (set +o pipefail; { "$@"; echo $? >status; } | true); return "$(<status)"; }
refuses '*Broken pipe*' closed "$nnzip" -c noise
refuses '*Broken pipe*' closed "$nnzip" -dc noise.nnz
refuses '*Broken pipe*' closed "$nnzip" -c --rm noise noise.nnz
only . noise noise.nnz status errors
random 300000 2 | cmp -s - noise || fail "the input was changed"
echo "all is well"
