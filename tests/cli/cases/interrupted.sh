# SPDX-License-Identifier: Apache-2.0
# A signal removes the unfinished output and ends the command as signals do.
mkfifo pipe
nnzip -d -o out <pipe &
job=$!
exec 3>pipe
while [[ -z $(ls -A | grep nnzip) ]]; do sleep 0.02; done
kill -TERM $job
wait $job
echo "exit $?"
exec 3>&-
ls -A
