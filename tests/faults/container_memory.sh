#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A percentage for -M is one of what a container may have, not of the machine's memory.
source "$(dirname "$0")/fault_helpers.sh"
with_mounts
enter_work

echo content >file
mkdir -p groups/memory
mount --bind groups /sys/fs/cgroup 2>/dev/null || skip "there is no /sys/fs/cgroup to replace"
# Both versions: which of them holds this process depends on the machine.
echo 100000000 | tee groups/memory.max >groups/memory/memory.limit_in_bytes
refuses '*more than the 1000000 bytes that are allowed.' "$nnzip" --model none -M 1% file
works "$nnzip" --model none -M 90% file
only . errors file file.nnz groups
umount /sys/fs/cgroup
echo "all is well"
