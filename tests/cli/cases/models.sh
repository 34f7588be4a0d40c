# SPDX-License-Identifier: Apache-2.0
# There are models, and each is what its name and hash say.
nnzip models | head -n 1 | tr -s ' '
nnzip models --verify | grep -v ': OK$'
nnzip models --verify | grep -o '^text-.*: OK$' | cut -d- -f1
