# SPDX-License-Identifier: Apache-2.0
"""python3 -m nnzip.dask: compresses and decompresses on a cluster."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from typing import Any, Iterator

import nnzip.dask
from nnzip import Options

_UNITS = {"K": 10, "M": 20, "G": 30}


def main() -> None:
    arguments = _parser().parse_args()
    try:
        with _client(arguments.cluster, arguments.workers, arguments.memory) as client:
            _code(arguments, client)
    except (OSError, ValueError, EOFError, ImportError, nnzip.NnzipError) as error:
        sys.exit(f"nnzip.dask: {error}")


def _code(arguments: argparse.Namespace, client: Any) -> None:
    meter = _Meter(not arguments.quiet)
    common = {"client": client, "part_bytes": arguments.part, "progress": meter.show}
    if arguments.command == "compress":
        nnzip.dask.compress(arguments.source, arguments.target, **common,
                            options=Options(level=arguments.level, model=arguments.model))
    else:
        nnzip.dask.decompress(arguments.source, arguments.target, **common)
    meter.end()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python3 -m nnzip.dask", description=main.__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (("compress", "SRC, a file or a folder, to DST"),
                       ("decompress", "SRC.nnz, or those of a folder, to DST")):
        command = commands.add_parser(name, help=text)
        command.add_argument("source", metavar="SRC")
        command.add_argument("target", metavar="DST")
        command.add_argument("--cluster", default="local",
                             help="local, tcp://HOST:PORT of a scheduler, ssh:HOST,HOST..., "
                                  "slurm:QUEUE, or none (this process)")
        command.add_argument("--workers", type=int, default=None,
                             help="local: processes, one for each core by default; slurm: jobs")
        command.add_argument("--memory", default="3GB", metavar="SIZE",
                             help="slurm: of a job, 3GB by default, which is enough for all levels")
        command.add_argument("--part", type=_bytes, default=nnzip.dask.PART_BYTES, metavar="SIZE",
                             help="content that a worker codes at a time, such as 64M")
        command.add_argument("-q", "--quiet", action="store_true")
    compress = commands.choices["compress"]
    compress.add_argument("--level", type=int, choices=range(1, 10), default=5)
    compress.add_argument("--model", default="auto")
    return parser


def _bytes(text: str) -> int:
    shift = _UNITS.get(text[-1:].upper(), 0)
    size = int(text[:-1] if shift else text) << shift
    if size < 1:
        raise ValueError
    return size


@contextlib.contextmanager
def _client(cluster: str, workers: Any, memory: str) -> Iterator[Any]:
    """A client of distributed, whose cluster ends with the block if it was begun here."""
    if cluster == "none":
        yield None
        return
    import distributed

    kind, _, rest = cluster.partition(":")
    if kind in ("tcp", "tls", "ucx", "inproc"):
        with distributed.Client(cluster) as client:
            yield client
        return
    with _new_cluster(kind, rest, workers, memory) as made, distributed.Client(made) as client:
        yield client


def _new_cluster(kind: str, rest: str, workers: Any, memory: str) -> Any:
    import distributed

    if kind == "local" and not rest:
        return distributed.LocalCluster(n_workers=workers, threads_per_worker=1, processes=True,
                                        dashboard_address=":0")
    if kind == "ssh" and rest:
        hosts = rest.split(",")
        return distributed.SSHCluster([hosts[0], *hosts], worker_options={"nthreads": 1})
    if kind == "slurm":
        try:
            from dask_jobqueue import SLURMCluster
        except ImportError:
            raise ImportError("slurm needs dask-jobqueue: pip install dask-jobqueue") from None
        made = SLURMCluster(queue=rest or None, cores=1, memory=memory)
        made.scale(jobs=workers or 1)
        return made
    raise ValueError(f"{kind}:{rest} is no cluster: local, tcp://HOST:PORT, ssh:HOST,..., "
                     "slurm:QUEUE or none")


class _Meter:
    """A line on the terminal that says how far it has come."""

    def __init__(self, shown: bool) -> None:
        self._shown = shown and sys.stderr.isatty()
        self._begin = time.monotonic()

    def show(self, done: int, total: int) -> None:
        if self._shown:
            speed = done / 1e6 / max(time.monotonic() - self._begin, 1e-3)
            print(f"\r{done / 1e6:.1f} of {total / 1e6:.1f} MB, {speed:.2f} MB/s ", end="",
                  file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._shown:
            print(file=sys.stderr)
