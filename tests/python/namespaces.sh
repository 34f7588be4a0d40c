#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A scheduler and two workers that reach each other by a network alone: namespaces.sh PACKAGE_FOLDER
# Needs root's rights, for network namespaces.
set -euo pipefail

export PYTHONPATH=$1 PYTHONDONTWRITEBYTECODE=1
python=/usr/bin/python3
if ! "$python" -c 'import distributed' 2>/dev/null; then
  echo "skipped: there is no distributed (Debian: python3-distributed)"
  exit 77
fi
names=(nnzip-one nnzip-two)
work=$(mktemp -d)
clean() {
  # shellcheck disable=SC2046  # numbers of processes
  kill $(jobs -p) 2>/dev/null || true
  for name in "${names[@]}"; do ip netns delete "$name" 2>/dev/null || true; done
  ip link delete nnzip-bridge 2>/dev/null || true
  rm -rf "$work"
}
trap clean EXIT
if ! ip netns add nnzip-one 2>"$work/why" || ! ip link add nnzip-bridge type bridge 2>"$work/why"; then
  echo "skipped: no network namespaces here: $(tail -1 "$work/why")"
  exit 77
fi
ip netns add nnzip-two
ip address add 10.213.7.1/24 dev nnzip-bridge
ip link set nnzip-bridge up
host=2
for name in "${names[@]}"; do
  ip link add "$name" type veth peer name inside netns "$name"
  ip link set "$name" master nnzip-bridge up
  ip -n "$name" address add "10.213.7.$host/24" dev inside
  ip -n "$name" link set inside up
  ip -n "$name" link set lo up
  host=$((host + 1))
done

cd "$work"
"$python" -m distributed.cli.dask_scheduler --host 10.213.7.1 --port 8786 --no-dashboard &>scheduler.log &
for name in "${names[@]}"; do
  ip netns exec "$name" "$python" -m distributed.cli.dask_worker tcp://10.213.7.1:8786 \
    --nthreads 1 --name "$name" --no-dashboard &>"$name.log" &
done
"$python" - "$work" <<'END'
import distributed, pathlib, random, sys
import nnzip, nnzip.dask

work = pathlib.Path(sys.argv[1])
rng = random.Random(2)
words = [rng.randbytes(3).hex() for _ in range(400)]
(work / "text").write_text("\n".join(" ".join(rng.choices(words, k=12)) for _ in range(9000)))
options = nnzip.Options(level=1)
nnzip.dask.compress(str(work / "text"), str(work / "one.nnz"), options=options, part_bytes=50_000)
with distributed.Client("tcp://10.213.7.1:8786") as client:
    client.wait_for_workers(2, timeout=60)
    told = []
    nnzip.dask.compress(str(work / "text"), str(work / "two.nnz"), options=options,
                        part_bytes=50_000, client=client, progress=lambda *done: told.append(done))
    nnzip.dask.decompress(str(work / "two.nnz"), str(work / "again"), part_bytes=100_000,
                          client=client)
    hosts = {worker["host"] for worker in client.scheduler_info()["workers"].values()}
assert (work / "one.nnz").read_bytes() == (work / "two.nnz").read_bytes()
assert (work / "again").read_bytes() == (work / "text").read_bytes()
assert hosts == {"10.213.7.2", "10.213.7.3"}, hosts
print(f"{len(told)} parts by workers at {sorted(hosts)}")
END
