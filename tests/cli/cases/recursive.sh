# SPDX-License-Identifier: Apache-2.0
# -r goes into folders: all regular files below, no links, nothing that is compressed already.
mkdir -p d/e/f && sample 500 >d/a && sample 600 >d/e/b && : >d/e/f/empty && sample 300 >d/old
nnzip --rm d/old
ln -s ../a d/e/link && ln -s .. d/e/loop && mkfifo d/e/pipe
cp -a d original
status nnzip -r d
find d -type f | sort
nnzip -rt d 2>/dev/null && echo unreachable
find d -name '*.nnz' -exec rm {} + && status nnzip -qr --rm d
nnzip -q -d -r --rm d d/a.nnz 2>/dev/null
rm original/old.nnz && diff -r --no-dereference original/e/f d/e/f && cmp original/a d/a
find d -type f | sort
nnzip -rlq d/e/f 2>&1 && echo 'nothing listed'
