# SPDX-License-Identifier: Apache-2.0
# -h explains the command and each subcommand.
nnzip -h | grep -c -e '--device' -e '--model' -e 'decompress \[FILE'
for command in compress decompress test list estimate explain report sample models bench; do nnzip $command --help | sed -n 2p; done
