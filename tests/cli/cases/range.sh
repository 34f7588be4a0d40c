# SPDX-License-Identifier: Apache-2.0
# --range gives bytes of the content: of a file and of a pipe, within and over blocks and frames.
sample 3000 >small && nnzip small
# Three blocks of noise, which is stored, and some of lines between them; one begins at 4194304.
noise_of 10000000 >noise
{ head -c 4194304 noise && seq 100000 | head -c 294912 && head -c 5510784 noise; } >big
rm noise && nnzip --model none --block 22 big
cat small.nnz big.nnz small.nnz >all.nnz && cat small big small >all
part() { # part FILE OFFSET LENGTH: compares by file, redirected file and pipe
  tail -c +$(($2 + 1)) "$1" | head -c "$3" >wanted
  nnzip -d --range "$2:$3" "$1.nnz" | cmp - wanted || echo "file $*"
  nnzip decompress --range "$2:$3" <"$1.nnz" | cmp - wanted || echo "redirected $*"
  cat "$1.nnz" | nnzip -d --range "$2:$3" | cmp - wanted || echo "pipe $*"
}
for range in '0 1' '0 3000' '100 50' '2999 1' '2990 100' '3000 5' '9999 1' '7 0'; do part small $range; done
for range in '0 10' '4194300 10' '4194304 1' '4194303 1' '9999990 100' '4000000 5000000'; do
  part big $range
done
for range in '2990 20' '10002990 20' '0 10006000' '10002999 1'; do part all $range; done
nnzip -d --range 1K:0x10 small.nnz || nnzip -d --range 1K:2k small.nnz | cmp - <(tail -c +1025 small)
nnzip -d --range 9M: big.nnz | cmp - <(tail -c +$((9 * 1048576 + 1)) big)
nnzip -d --range 5:10 -o part small.nnz && stat -c '%n %s' part
nnzip -d --range 5:10 -fo part small.nnz && ls
