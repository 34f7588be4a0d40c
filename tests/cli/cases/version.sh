# SPDX-License-Identifier: Apache-2.0
# -V tells the version, everywhere.
nnzip -V | sed 's/[0-9][0-9.]*/N/'
nnzip compress --version | sed 's/[0-9][0-9.]*/N/'
