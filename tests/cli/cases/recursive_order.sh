# SPDX-License-Identifier: Apache-2.0
# Folders are read in the order of names, beside files named; -c and list go into them, too.
mkdir -p d/b && printf 1 >d/a && printf 2 >d/b/x && printf 3 >d/c && printf 4 >last
nnzip -rc d last | nnzip -d && echo
nnzip -r d && nnzip list -r d | tr -s ' ' | sed 's/.* //'
status nnzip -r -o out d
mkdir empty && status nnzip -r empty
