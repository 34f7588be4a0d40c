# SPDX-License-Identifier: Apache-2.0
# A standard stream that is closed or full is an error; no file ever gets what belongs there.
sample 500 >a
status nnzip <&-
nnzip -c a >&-
echo "exit $?"
nnzip -h >&-
echo "exit $?"
nnzip -h >/dev/full
echo "exit $?"
nnzip -c a >/dev/full
echo "exit $?"
nnzip -c a 2>&- | nnzip -d | cmp - a
nnzip missing 2>&-
echo "exit $?"
nnzip -o b a >&- 2>&- <&- && nnzip -dc b | cmp - a
