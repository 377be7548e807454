"""Functions that are called when their time has come, in one thread for all SIP ends."""

import heapq
import itertools
import threading
import time
import traceback


class _Timers:
    def __init__(self):
        self._due, self._numbers, self._changed = [], itertools.count(), threading.Condition()
        threading.Thread(target=self._run, daemon=True).start()

    def later(self, seconds, function, *arguments):
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._numbers), function, arguments))
            self._changed.notify()

    def _run(self):
        while True:
            with self._changed:
                while not self._due or self._due[0][0] > time.monotonic():
                    self._changed.wait(self._due[0][0] - time.monotonic() if self._due else None)
                _, _, function, arguments = heapq.heappop(self._due)
            try:
                function(*arguments)
            except Exception:  # one of many: the others go on
                traceback.print_exc()


later = _Timers().later
