# SPDX-License-Identifier: Apache-2.0
# A folder is passed over.
mkdir d
nnzip d
