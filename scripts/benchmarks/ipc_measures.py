"""Round trips and one-way rates of Zinc and of its contenders, as lists of nanoseconds."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import zmq
from ipc_contenders import IoxPort

from pink_actors import _native as native
from pink_actors import shm_layout as layout
from pink_actors.shm import Consumer, Doorbell, Own, Reader
from pink_actors.shm_layout import Writer

ROOT = Path(__file__).resolve().parents[2]
Cores = tuple[int, int]
WARM_UP = 0.1
PARK_MS = 100
SPIN_US = 20
RELEASE_EVERY = 64
RINGS: dict[int, tuple[layout.Ring[Any], layout.Ring[Any]]] = {
    64: (layout.PING_64, layout.PONG_64),
    256: (layout.PING_256, layout.PONG_256),
}
Ask = Callable[[], None]
clock = time.perf_counter_ns


def probe_path() -> str:
    """The Rust end, built by cargo; nothing to do if it is fresh."""
    command = ["cargo", "build", "--release", "--locked", "--quiet", "-p", "zinc"]
    environment = {k: v for k, v in os.environ.items() if k != "CARGO_TARGET_DIR"}
    target = os.environ.get("PINK_BENCH_TARGET", str(ROOT / "target"))
    environment["CARGO_TARGET_DIR"] = target
    subprocess.run([*command, "--example", "probe"], cwd=ROOT, env=environment, check=True)
    return f"{target}/release/examples/probe"


def measured(ask: Ask, count: int) -> list[int]:
    """Times of `count` calls, the first tenth left out."""
    warm_up = int(count * WARM_UP)
    for _ in range(warm_up):
        ask()
    times = []
    for _ in range(count):
        start = clock()
        ask()
        times.append(clock() - start)
    return times


class Tree:
    """The two probe segments, and this process as their first writer."""

    def __init__(self, folder: str, probe: str) -> None:
        self.instance, self.run_dir, self.probe = f"bench-{os.getpid()}", folder, probe
        for writer in (Writer.PROBE_A, Writer.PROBE_B, Writer.KERNEL):
            native.create_segment(self.instance, writer, folder, 0o600)

    def close(self) -> None:
        for writer in (Writer.PROBE_A, Writer.PROBE_B, Writer.KERNEL):
            native.unlink_segment(self.instance, writer)

    @contextmanager
    def child(self, core: int, *arguments: str, fd: int = -1) -> Iterator[Reader]:
        """The Rust end, attached, while the block runs."""
        command = ["taskset", "-c", str(core), self.probe, arguments[0], self.instance]
        command += [self.run_dir, *arguments[1:]]
        other = Reader.attach(self.instance, Writer.PROBE_B)
        epoch = other.header().epoch
        with subprocess.Popen(command, pass_fds=(fd,) if fd >= 0 else ()) as process:
            while other.header().epoch == epoch or other.header().state != 2:
                if process.poll() is not None:
                    raise SystemExit(f"the probe ended with {process.returncode}")
                time.sleep(0.001)
            try:
                yield other
            finally:
                process.kill()


def zinc_rtt(tree: Tree, cores: Cores, size: int, count: int, rings: int, spin: int) -> list[int]:
    """Blocking consumer in Python, echo in Rust."""
    with tree.child(cores[1], "echo", str(size), str(spin), "-1") as other:
        own = native.OwnSegment.open(tree.instance, Writer.PROBE_A, tree.run_dir)
        ping, pong = RINGS[size]
        producer = own.producer(ping.id, [other.native], [-1])
        consumer = own.consumer(other.native, pong.id)
        consumer.release(skip_old(consumer))
        consumer.set_spin(spin)
        others = [
            r
            for r in (layout.PONG_64, layout.PONG_256, layout.PONG_THIRD, layout.PONG_CAST)
            if r is not pong
        ]
        waited = [consumer, *(own.consumer(other.native, r.id) for r in others[: rings - 1])]
        record = bytes(size)
        publish, wake, take = producer.publish, producer.wake, consumer.take
        release, wait_any = consumer.release, native.wait_any

        if rings == 1:
            times = []
            for _ in range(count + int(count * WARM_UP)):
                start = clock()
                publish(record)
                wake()
                while (message := take(PARK_MS)) is None:
                    pass
                times.append(clock() - start)
                if message[0] % RELEASE_EVERY == 0:
                    release(message[0] + 1)
            return times[-count:]

        def ask_four() -> None:
            publish(record)
            wake()
            while (message := take(0)) is None:
                wait_any(waited, PARK_MS)
            if message[0] % RELEASE_EVERY == 0:
                release(message[0] + 1)

        return measured(ask_four, count)


def skip_old(consumer: native.RingConsumer) -> int:
    """Answers of an earlier, killed echo are nobody's."""
    while consumer.poll(1024):
        pass
    return consumer.next_seq


def zinc_asyncio(tree: Tree, cores: Cores, size: int, count: int) -> list[int]:
    """A coroutine that waits on its eventfd, echo in Rust."""
    fd = os.eventfd(0)
    os.set_inheritable(fd, True)
    with tree.child(cores[1], "echo", str(size), "0", str(fd), fd=fd) as other:
        own = Own(native.OwnSegment.open(tree.instance, Writer.PROBE_A, tree.run_dir))
        ping, pong = RINGS[size]
        producer = own.native.producer(ping.id, [other.native], [-1])
        consumer: Consumer[layout.Record] = own.consumer(other, pong)
        consumer.release(skip_old(consumer.native))
        times = asyncio.run(ask_async(producer, consumer, Doorbell(fd), bytes(size), count))
    os.close(fd)
    return times


async def ask_async(
    producer: native.RingProducer,
    consumer: Consumer[layout.Record],
    bell: Doorbell,
    record: bytes,
    count: int,
) -> list[int]:
    """Round trips from inside an event loop."""
    times = []
    rings = [consumer]
    for _ in range(count + int(count * WARM_UP)):
        start = clock()
        producer.publish(record)
        producer.wake()
        while (message := consumer.native.take(0)) is None:
            await bell.wait_readable(rings)
        consumer.release(message[0] + 1)
        times.append(clock() - start)
    bell.close()
    return times[-count:]


@contextmanager
def contender(
    kind: str, name: str, where: str, size: int, core: int, count: int = 0, fd: int = -1
) -> Iterator[None]:
    """The other end of a contender, ready, while the block runs."""
    script = str(Path(__file__).with_name("ipc_contenders.py"))
    command = [sys.executable, script, kind, name, where, str(size), str(core), str(count)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, pass_fds=(fd,) if fd >= 0 else ()
    ) as process:
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            raise SystemExit(f"{name} did not start")
        try:
            yield
        finally:
            process.kill()


_names = iter(range(10_000))


def iox_rtt(name: str, cores: Cores, size: int, count: int) -> list[int]:
    """iceoryx2, both ends Python."""
    where = f"bench{os.getpid()}n{next(_names)}"
    port = IoxPort(where, size, asks=True)
    with contender("echo", name, where, size, cores[1]):
        send, take = port.send_and_notify, port.take_event
        if name == "iox_busy":
            send, take = port.send, port.take_busy

        def ask() -> None:
            send()
            take()

        return measured(ask, count)


def pipe_rtt(cores: Cores, size: int, count: int) -> list[int]:
    """multiprocessing.Pipe."""
    here, there = Pipe()
    fd = there.fileno()
    with contender("echo", "pipe", str(fd), size, cores[1], fd=fd):
        record = bytes(size)

        def ask() -> None:
            here.send_bytes(record)
            here.recv_bytes()

        return measured(ask, count)


def zmq_rtt(folder: str, cores: Cores, size: int, count: int) -> list[int]:
    """pyzmq over ipc://."""
    context = zmq.Context()
    socket = context.socket(zmq.PAIR)
    address = f"ipc://{folder}/zmq{next(_names)}"
    socket.bind(address)
    with contender("echo", "zmq", address, size, cores[1]):
        record = bytes(size)
        times = measured(lambda: (socket.send(record), socket.recv())[0], count)
    context.destroy(linger=0)
    return times


def futex_rtt(tree: Tree, cores: Cores, count: int) -> list[int]:
    """Two processes, two words, nothing else."""
    word = f"/dev/shm/{tree.instance}-futex"
    Path(word).write_bytes(bytes(4096))
    command = [tree.probe, "futex", word, str(count), str(cores[0]), str(cores[1])]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    Path(word).unlink()
    return [int(part) for part in printed.split()]


def spin_us(cores: Cores) -> int:
    """What a consumer chooses by itself where it is not pinned: no spin on a single core."""
    return SPIN_US if cores[0] != cores[1] else 0


def zinc_one_way(tree: Tree, cores: Cores, size: int, count: int) -> float:
    """Messages a second, Python to Rust, each followed by the look for sleepers."""
    with tree.child(cores[1], "sink", str(size), str(count), str(spin_us(cores))) as other:
        own = native.OwnSegment.open(tree.instance, Writer.PROBE_A, tree.run_dir)
        ping, pong = RINGS[size]
        producer = own.producer(ping.id, [other.native], [-1])
        consumer = own.consumer(other.native, pong.id)
        consumer.release(skip_old(consumer))
        record = bytes(size)
        publish, wake = producer.publish, producer.wake
        start = clock()
        sent = 0
        while sent < count:
            try:
                publish(record)
                sent += 1
            except native.Backpressure:
                os.sched_yield()
            wake()
        while consumer.take(PARK_MS) is None:
            pass
        seconds = (clock() - start) / 1e9
        consumer.release(consumer.next_seq)
    return count / seconds


def iox_one_way(cores: Cores, size: int, count: int) -> float:
    """Messages a second, each with its event."""
    where = f"bench{os.getpid()}n{next(_names)}"
    port = IoxPort(where, size, asks=True)
    with contender("sink", "iox_event", where, size, cores[1], count):
        start = clock()
        for _ in range(count):
            port.send_and_notify()
        port.take_event()
        return count / ((clock() - start) / 1e9)


def pipe_one_way(cores: Cores, size: int, count: int) -> float:
    """Messages a second."""
    here, there = Pipe()
    fd = there.fileno()
    with contender("sink", "pipe", str(fd), size, cores[1], count, fd=fd):
        record = bytes(size)
        start = clock()
        for _ in range(count):
            here.send_bytes(record)
        here.recv_bytes()
        return count / ((clock() - start) / 1e9)


def zmq_one_way(folder: str, cores: Cores, size: int, count: int) -> float:
    """Messages a second."""
    context = zmq.Context()
    socket = context.socket(zmq.PAIR)
    address = f"ipc://{folder}/zmq{next(_names)}"
    socket.bind(address)
    with contender("sink", "zmq", address, size, cores[1], count):
        record = bytes(size)
        start = clock()
        for _ in range(count):
            socket.send(record)
        socket.recv()
        rate = count / ((clock() - start) / 1e9)
    context.destroy(linger=0)
    return rate
