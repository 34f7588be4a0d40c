#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Folders that cannot be written to and files that cannot be read: an error that says so.
source "$(dirname "$0")/fault_helpers.sh"
with_mounts
enter_work

mkdir disk
mount -t tmpfs -o size=4m tmpfs disk
echo content >disk/file
works "$nnzip" -o disk/packed.nnz disk/file
mount -o remount,ro disk
refuses '*disk/file.nnz*Read-only file system*' "$nnzip" disk/file
refuses '*disk/packed*Read-only file system*' "$nnzip" -d disk/packed.nnz
only disk file packed.nnz
works "$nnzip" -t disk/packed.nnz
works "$nnzip" -o copy disk/file

# The input cannot be removed, but the output is complete: that is an error, too, and nothing is lost.
refuses '*disk/file*' "$nnzip" --rm -f -o copy disk/file
[[ $("$nnzip" -dc <copy) == content ]] || fail "the output is not complete"

# Permissions do not bind root.
((EUID != 0)) || nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
if "${nobody[@]}" true 2>/dev/null; then
  chmod 755 "$work"
  mkdir -m 555 closed
  echo content >secret
  cp secret closed/open
  chmod 000 secret
  refuses '*secret*Permission denied*' "${nobody[@]}" "$nnzip" -c secret
  refuses '*secret*Permission denied*' "${nobody[@]}" "$nnzip" -t secret
  refuses '*closed/open.nnz*Permission denied*' "${nobody[@]}" "$nnzip" closed/open
  only closed open
else
  echo "permissions are not tried: no other user can be taken here"
fi
echo "all is well"
