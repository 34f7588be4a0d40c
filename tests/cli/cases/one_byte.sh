# SPDX-License-Identifier: Apache-2.0
# The smallest content grows by little and comes back.
printf x >one
nnzip one
(($(stat -c %s one.nnz) <= 1 + 64)) && nnzip -dc one.nnz
