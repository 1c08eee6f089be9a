"""Threads that requests are worked on in: kept for the next, as many as there is work for."""

import threading

from fairway.handling import KEPT_THREADS, Threads


def test_the_thread_that_had_work_last_is_the_first_to_get_some():
    threads = Threads()
    first, second = threads.take(), threads.take()
    ids = [t.submit(threading.get_ident).result() for t in (first, second)]
    assert ids[0] != ids[1]
    threads.give_back(first)
    threads.give_back(second)
    again = threads.take()
    assert again.submit(threading.get_ident).result() == ids[1]
    again.shutdown()
    first.shutdown()


def test_no_more_threads_are_kept_than_wait_usefully():
    threads = Threads()
    taken = [threads.take() for _ in range(KEPT_THREADS + 3)]
    running = [t.submit(threading.current_thread).result() for t in taken]
    for thread in taken:
        threads.give_back(thread)
    for ended in running[KEPT_THREADS:]:
        ended.join()
    kept = [threads.take() for _ in range(KEPT_THREADS)]
    assert {t.submit(threading.current_thread).result() for t in kept} == set(
        running[:KEPT_THREADS]
    )
    for thread in kept:
        thread.shutdown()
