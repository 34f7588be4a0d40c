# SPDX-License-Identifier: Apache-2.0
# No content is content, too.
: >empty
nnzip empty && rm empty && nnzip -d empty.nnz && stat -c '%n %s' empty
nnzip </dev/null | nnzip -d | wc -c
