"""Joins two tap interfaces by a line on which each frame takes a while: delay_line.py SECONDS NAME NAME

What tc netem does, for kernels that have no netem. Says "ready" when both are there; ends at the end of its input.
"""

import collections
import fcntl
import os
import select
import struct
import sys
import time

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
FRAME_BYTES = 65536


def tap(name):
    file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(file, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    return file


def carry(delay, one, other):
    across = {one: other, other: one}
    under_way = collections.deque()  # (when it arrives, where, frame), in order
    while True:
        wait = max(0, under_way[0][0] - time.monotonic()) if under_way else None
        readable, _, _ = select.select([sys.stdin, one, other], [], [], wait)
        if sys.stdin in readable and not os.read(sys.stdin.fileno(), 1):
            return
        for end in across.keys() & set(readable):
            try:
                while True:
                    under_way.append((time.monotonic() + delay, across[end], os.read(end, FRAME_BYTES)))
            except BlockingIOError:
                pass
        while under_way and under_way[0][0] <= time.monotonic():
            _, end, frame = under_way.popleft()
            try:
                os.write(end, frame)
            except OSError:
                pass  # the interface is down: the frame is lost, as on any line


def main():
    delay, *names = sys.argv[1:]
    ends = [tap(name) for name in names]
    print("ready", flush=True)
    carry(float(delay), *ends)


if __name__ == "__main__":
    main()
