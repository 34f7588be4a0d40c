# SPDX-License-Identifier: Apache-2.0
# Arguments that make no sense are errors that say so.
status nnzip --bogus
status nnzip -T many
status nnzip -d -z a
status nnzip bench
sample 300 >a
status nnzip --device abacus a
