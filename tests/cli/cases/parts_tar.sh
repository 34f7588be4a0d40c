# SPDX-License-Identifier: Apache-2.0
# Of a tar archive each part holds whole members, with the headers that belong to them.
mkdir folder
for i in $(seq 30); do sample $((i * 50)) >"folder/file$i"; done
long=folder/$(printf 'x%.0s' {1..200}) && sample 900 >"$long" && ln -s file3 folder/link
truncate -s 300K folder/holes && sample 100 >>folder/holes
for format in gnu pax ustar; do
  [[ $format != ustar ]] || rm "$long"
  tar --sort=name --format=$format $([[ $format == ustar ]] || echo --sparse) -cf all.tar folder
  for i in 1 2 3 4; do nnzip -1 --part "$i/4" --cut tar all.tar -o "$format.$i"; done
  for i in 1 2 3 4; do nnzip -dc "$format.$i" | tar -t 2>/dev/null; done | diff - <(tar -tf all.tar) && echo members
  nnzip join $format.4 $format.2 $format.3 $format.1 | nnzip -d | cmp - all.tar && echo $format
done
sample 5000 >text && status nnzip --part 2/3 --cut tar text -o out
[[ ! -e out ]]
