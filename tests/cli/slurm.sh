#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The recipe of a Slurm array on a cluster of this machine alone: slurm.sh NNZIP
# Needs root's rights, as slurmd does. 77 means "not here".
set -euo pipefail

nnzip=$(realpath "$1")
recipe=$(sed -n 's/^    \(sbatch --array=1-8 .*\)/\1/p' "$(dirname "$0")/../../README.md")
for program in slurmctld slurmd sbatch; do
  command -v "$program" >/dev/null || { echo "skipped: there is no $program (Debian: slurm-wlm)"; exit 77; }
done
((EUID == 0)) || { echo 'skipped: slurmd needs root'; exit 77; }
work=$(mktemp -d)
clean() {
  # shellcheck disable=SC2046  # numbers of processes
  kill $(jobs -p) 2>/dev/null || true
  wait
  rm -rf "$work"
}
trap clean EXIT

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("", 0)); print(s.getsockname()[1])'; }
name=$(hostname -s)
cat >"$work/slurm.conf" <<END
ClusterName=nnzip
SlurmctldHost=$name(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
SlurmUser=root
AuthType=auth/none
CredType=cred/none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SlurmdParameters=config_overrides
MpiDefault=none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
NodeName=$name NodeAddr=127.0.0.1 CPUs=8 State=UNKNOWN
PartitionName=here Nodes=$name Default=YES State=UP
END
mkdir "$work/state" "$work/spool" "$work/bin"
export SLURM_CONF=$work/slurm.conf PATH=$work/bin:$PATH
ln -s "$nnzip" "$work/bin/nnzip"
cd "$work"
slurmctld -D &>slurmctld.log &
slurmd -D -N "$name" &>slurmd.log &
for ((i = 0; i < 300; ++i)); do
  [[ $(sinfo -h -o %t 2>&1) != idle ]] || break
  sleep 0.1
done
if [[ $(sinfo -h -o %t 2>&1) != idle ]]; then
  tail -n 3 slurmctld.log slurmd.log
  echo 'skipped: Slurm does not start here'
  exit 77
fi

seq 700000 >big
export NNZIP_OPT=-1
job=$(eval "$recipe --parsable")
while squeue -h -j "$job" 2>/dev/null | grep -q .; do sleep 0.2; done
unset NNZIP_OPT
nnzip join -o big.nnz big.[0-9]*
nnzip -dc big.nnz | cmp - big
[[ $(cat slurm-"${job}"_*.out | wc -c) == 0 ]] || { cat slurm-*.out; exit 1; }
echo "an array of $(ls big.[0-9]* | wc -l) tasks on Slurm $(sinfo --version)"
