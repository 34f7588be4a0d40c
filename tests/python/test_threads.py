# SPDX-License-Identifier: Apache-2.0
"""Threads share a context, and run side by side. No clock is looked at."""

import threading

import nnzip

CONTENT = b"".join(b"%d times %d is %d\n" % (i, i, i * i) for i in range(4000))


def in_threads(calls):
    results = [None] * len(calls)

    def run(index):
        results[index] = calls[index]()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_calls_are_under_way_at_once():
    """Each call goes on only when the other one has come as far."""
    context = nnzip.Context()
    meeting = threading.Barrier(2, timeout=60)
    met = threading.local()

    def meet(_):
        if not getattr(met, "once", False):
            met.once = True
            meeting.wait()

    options = nnzip.Options(level=1, threads=1, context=context, progress=meet)
    packed = in_threads([lambda: nnzip.compress(CONTENT, options=options)] * 2)
    assert packed == [nnzip.compress(CONTENT, 1)] * 2


def test_computing_lets_others_run():
    """Python goes on, more often than a call tells of progress, while that computes."""
    told, packed = [], []
    options = nnzip.Options(level=4, threads=1, progress=told.append)
    thread = threading.Thread(target=lambda: packed.append(nnzip.compress(CONTENT, None, options)))
    thread.start()
    rounds = 0
    while thread.is_alive():
        rounds += 1
        thread.join(0.0001)
    assert rounds > 2 * len(told)
    assert packed == [nnzip.compress(CONTENT, 4)]


def test_a_reader_and_a_stream_are_locked():
    packed = nnzip.compress(CONTENT, 1)
    reader = nnzip.Reader(packed)
    parts = in_threads([lambda i=i: reader.read_range(i * 1000, 1000) for i in range(8)])
    assert b"".join(parts) == CONTENT[:8000]
    compressor = nnzip.Compressor(1)
    made = in_threads([lambda: compressor.compress(b"same line\n")] * 8)
    assert nnzip.decompress(b"".join(made) + compressor.flush()) == b"same line\n" * 8
