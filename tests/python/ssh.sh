#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A cluster of two hosts by SSH, which are two names of this machine: ssh.sh PACKAGE_FOLDER
# Needs root's rights, as sshd does. 77 means "not here".
set -euo pipefail

package=$1 python=/usr/bin/python3
for module in distributed asyncssh; do
  "$python" -c "import $module" 2>/dev/null || { echo "skipped: there is no python3-$module"; exit 77; }
done
command -v /usr/sbin/sshd ssh-keygen >/dev/null || { echo 'skipped: there is no sshd (Debian: openssh-server)'; exit 77; }
((EUID == 0)) || { echo 'skipped: sshd needs root'; exit 77; }
work=$(mktemp -d)
server=
clean() {
  [[ -z $server ]] || kill "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap clean EXIT

mkdir -p /run/sshd "$work/.ssh"
ssh-keygen -q -t ed25519 -N '' -f "$work/host"
ssh-keygen -q -t ed25519 -N '' -f "$work/.ssh/id_ed25519"
cp "$work/.ssh/id_ed25519.pub" "$work/authorized"
port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$work/sshd_config" <<END
ListenAddress 127.0.0.1:$port
HostKey $work/host
AuthorizedKeysFile $work/authorized
PermitRootLogin yes
StrictModes no
PidFile none
SetEnv PYTHONPATH=$package PYTHONDONTWRITEBYTECODE=1
END
cat >"$work/.ssh/config" <<END
Host one two
  HostName 127.0.0.1
  Port $port
  User root
  IdentityFile $work/.ssh/id_ed25519
  UserKnownHostsFile $work/.ssh/known_hosts
END
for name in one two "[127.0.0.1]:$port" 127.0.0.1; do
  echo "$name $(cut -d' ' -f1,2 "$work/host.pub")"
done >"$work/.ssh/known_hosts"
/usr/sbin/sshd -D -e -f "$work/sshd_config" 2>"$work/sshd.log" &
server=$!

mkdir "$work/files"
seq 40000 >"$work/files/numbers"
seq 30000 | sort -R --random-source="$work/files/numbers" >"$work/files/mixed"
export HOME=$work PYTHONPATH=$package PYTHONDONTWRITEBYTECODE=1
command=("$python" -m nnzip.dask)
"${command[@]}" compress "$work/files" "$work/alone" --level 1 --part 50K --cluster none -q
"${command[@]}" compress "$work/files" "$work/packed" --level 1 --part 50K --cluster ssh:one,two -q 2>"$work/said" ||
  { cat "$work/said" "$work/sshd.log"; exit 1; }
diff -r "$work/alone" "$work/packed"
"${command[@]}" decompress "$work/packed" "$work/again" --cluster ssh:one,two -q 2>"$work/said" ||
  { cat "$work/said" "$work/sshd.log"; exit 1; }
diff -r "$work/files" "$work/again"
logins=$(grep -c '^Accepted publickey' "$work/sshd.log")
((logins >= 6)) || { cat "$work/sshd.log"; exit 1; }  # a scheduler and two workers, twice
echo "$logins logins by SSH"
