# SPDX-License-Identifier: Apache-2.0
# What a terminal might obey is masked in messages.
nnzip $'new\nline' $'\e[31mred' $'bell\a'
nnzip $'caf\xc3\xa9' $'caf\xe9' 2>&1 | LC_ALL=C sed $'s/\xc3\xa9/E/'
