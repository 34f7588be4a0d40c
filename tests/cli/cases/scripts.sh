# SPDX-License-Identifier: Apache-2.0
# nnzcat, nnzgrep, nnzless, nnzdiff and unnzip do with contents what cat, grep, less and diff do.
PATH=$PATH:$CLI_SOURCE/scripts
seq 1000 >a && seq 2 1001 >"b c" && cp a plain && nnzip -1 a "b c"
nnzcat a.nnz plain "b c.nnz" | cmp - <(cat a a "b c") && echo cat
nnzcat <a.nnz | cmp - a && unnzip -c a.nnz | cmp - a && echo pipes
status nnzgrep '^10*$' a.nnz
status nnzgrep -c 99 a.nnz "b c.nnz" plain
nnzgrep -n -m 2 -e 7 -e 1000 "b c.nnz"
nnzgrep -H -x 1001 -- "b c.nnz"
nnzgrep -l -x 1001 a.nnz "b c.nnz"
nnzgrep -q 5 a.nnz && nnzgrep 500 <a.nnz
status nnzgrep absent a.nnz
head -c 60 a.nnz >cut.nnz
status nnzgrep absent cut.nnz
status nnzgrep -r x .
status nnzgrep
status nnzdiff a.nnz
status nnzdiff -u a.nnz "b c.nnz" | grep -v '^ '
status nnzdiff a cut.nnz >differs && tail -n 1 differs
: >empty && status nnzdiff empty cut.nnz | tail -n 1
status nnzdiff a
status nnzdiff
command -v less >/dev/null || { echo "there is no less here" >&2 && exit 77; }
nnzless a.nnz plain | cmp - <(cat a plain) && echo less
