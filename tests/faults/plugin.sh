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

# Where a device fails on the way, the CPU goes on: the file is the one that the CPU makes, with a
# warning and its exit status.
warns() {
  local expected=$1 status=0
  shift
  "$@" >output 2>errors || status=$?
  [[ $status == 2 && $(<errors) == $expected ]] || fail "status $status: $* ($(<errors))"
}
cp b.nnz c.nnz
told=1
warns '*a:*torch (fake) failed while it computed, and cpu (*) went on*told to fail in call 1*' \
  torch -f a -o c.nnz
cmp b.nnz c.nnz || fail 'not the bytes of the CPU'
warns '*b.nnz:*torch (fake) failed while it computed*went on in its place*' torch -dfk b.nnz -o a
same a kept
told='no session'
warns '*a:*torch (fake) could not take all blocks, and cpu (*) took the others*told to have no*' \
  torch -f a -o c.nnz
cmp b.nnz c.nnz || fail 'not the bytes of the CPU'
rm c.nnz output
told='no device' refuses '*device torch cannot be used*told to have no device*' torch a
told='no engine' refuses '*torch cannot load the model*told to have no engine*' torch a

# Small files share a wide device: the first one computes once there is the session of the second. What
# they say comes in their order, and what is wrong with one is nothing to the others.
mkdir many
for i in 1 2 3; do head -c $((1000 + i)) a >many/$i; done
told=
for i in 1 2 3; do torch -c many/$i >one_by_one$i; done
told=wide refuses 'nnzip: error: *many/missing*' torch -T1 many/1 many/2 many/missing many/3
for i in 1 2 3; do same one_by_one$i many/$i.nnz; done
rm many/*.nnz
told=wide torch -v -T1 -r many 2>errors || fail 'not all of the folder'
[[ $(sed -n 's|^nnzip: many/\([0-9]\): .* -> .*|\1|p' errors | tr -d '\n') == 123 ]] || fail 'not in order'
told=wide works torch -t -T1 many/1.nnz many/2.nnz many/3.nnz
# Nothing is left of all of them when a signal comes.
rm many/*.nnz
NNZIP_BACKEND_DIR=$plugins/fake NNZIP_FAKE_PLUGIN=stuck "$nnzip" --device torch -T1 many/1 many/2 \
  many/3 2>errors &
two_temporaries() { (($(compgen -G 'many/.*.nnzip-??????' | wc -l) == 2)); }
until_true two_temporaries
kill -TERM $!
wait $! || true
only many 1 2 3
rm -r many one_by_one?

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
