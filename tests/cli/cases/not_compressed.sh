# SPDX-License-Identifier: Apache-2.0
# A file of another kind is an error that names it.
sample 300 >a
nnzip -d -o b a
