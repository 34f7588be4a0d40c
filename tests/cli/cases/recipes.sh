# SPDX-License-Identifier: Apache-2.0
# The recipes of the README for other programs.
for tool in rg logrotate less; do
  command -v $tool >/dev/null || { echo "there is no $tool here" >&2 && exit 77; }
done
PATH=$PATH:$CLI_SOURCE/scripts
mkdir folder && sample 900 >folder/a && { echo needle && sample 900; } >folder/b && nnzip -1 --rm folder/?
rg --pre nnzcat --pre-glob '*.nnz' needle folder
export LESSOPEN='|-nnzip -dcf -- %s' && less folder/b.nnz | head -n 1
tar -I nnzip -cf all.tar.nnz folder && tar -I nnzip -tf all.tar.nnz | sort
sample 3000 >log && chmod 600 log && mkdir state && cat >rotate.conf <<END
"$PWD/log" {
  rotate 2
  compress
  compresscmd $(command -v nnzip)
  uncompresscmd $CLI_SOURCE/scripts/unnzip
  compressoptions -1
  compressext .nnz
}
END
chmod 644 rotate.conf && chmod go-w . && logrotate -f -s state/now rotate.conf && nnzip -dc log.1.nnz | cmp - <(sample 3000) && echo rotated
