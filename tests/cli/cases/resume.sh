# SPDX-License-Identifier: Apache-2.0
# --resume keeps what an error or a signal left unfinished, and goes on with it.
noise_of 14000000 >a && nnzip -1 -o wanted a
(ulimit -f 9500 && status nnzip --resume -1 a)
ls -A | sed 's/resume-.*/resume-KEY/'
nnzip --resume -1 -v a 2>&1 | grep -o '[0-9]* blocks taken over'
cmp a.nnz wanted && ls -A
rm a.nnz && (ulimit -f 9500 && status nnzip --resume -1 a)
cp .a.nnz.nnzip-resume-* kept && cp a b && sleep 0.01 && touch a
nnzip --resume -1 -v a 2>&1 | grep -c 'blocks taken over'
cmp a.nnz wanted && rm .a.nnz.nnzip-resume-*
# Where it ended in the midst of the first block.
mkfifo pipe && rm a.nnz
(ulimit -f 4500 && status nnzip --resume -1 a) && nnzip --resume -1 a && cmp a.nnz wanted && echo resumed
status nnzip --resume -c a
status nnzip --resume --part 1/2 a -o part
status nnzip --resume -o out <pipe & exec 3>pipe 3>&- && wait
