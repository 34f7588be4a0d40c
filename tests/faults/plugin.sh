#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Plugins that are not there, are none, or fail: plugin.sh NNZIP FOLDER_OF_FAKE_PLUGINS
source "$(dirname "$0")/fault_helpers.sh"
plugins=$(realpath "$2")
enter_work
torch() { NNZIP_BACKEND_DIR=$plugins/$folder NNZIP_FAKE_PLUGIN=$told "$nnzip" --device torch "$@"; }

head -c 6000 "$here/../cli/prose.txt" >a
cp a kept
folder=fake told=
works torch a -o b.nnz
works torch -dc b.nnz >content
same content a
works "$nnzip" --device cpu -f a -o b.nnz  # with the network

# A device that fails on the way leaves nothing under the output's name, and the input as it was.
told=2
refuses '*a*device torch (fake) failed while it computed*' torch --rm a
only . a b.nnz content errors kept
same a kept
refuses '*b.nnz*device torch (fake) failed while it computed*' torch -d b.nnz
only . a b.nnz content errors kept
told='no device' refuses '*device torch cannot be used*told to have no device*' torch a
told='no engine' refuses '*torch cannot load the model*told to have no engine*' torch a
told='no session' refuses '*told to have no session*another device*' torch a

told=
for folder in no_entry other_version; do
  refuses '*device torch cannot be used*install or build the plugin of this version*' torch a
done
folder=nowhere refuses '*there is no libnnzip_torch.so in *nowhere*install or build*' torch a
mkdir text && echo 'no library' >text/libnnzip_torch.so
NNZIP_BACKEND_DIR=$work/text refuses '*plugin cannot be loaded*install libtorch*' \
  "$nnzip" --device torch a

# Never from the working folder.
cp "$plugins/fake/libnnzip_torch.so" .
NNZIP_BACKEND_DIR=. refuses '*NNZIP_BACKEND_DIR*absolute path*' "$nnzip" --device torch a
env -u NNZIP_BACKEND_DIR "$nnzip" -v --device torch -c a >output 2>errors || true
[[ $(<errors) != *'(fake)'* ]] || fail "the working folder's plugin is used"
