"""The other end of each contender of the message benchmark: `ipc` starts it in its own process."""

import ctypes
import os
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection

import iceoryx2 as iox
import zmq

BATCH = 64
BUFFER_MAX = 1024


class Message64(ctypes.Structure):
    """64 bytes for iceoryx2."""

    _fields_ = (("bytes", ctypes.c_uint8 * 64),)


class Message256(ctypes.Structure):
    """256 bytes for iceoryx2."""

    _fields_ = (("bytes", ctypes.c_uint8 * 256),)


class Value512(ctypes.Structure):
    """A blackboard entry of the size of a slot."""

    _fields_ = (("bytes", ctypes.c_uint8 * 512),)


MESSAGES = {64: Message64, 256: Message256}


class IoxPort:
    """One direction pair of an iceoryx2 service, with its events."""

    def __init__(self, name: str, size: int, asks: bool) -> None:
        iox.set_log_level(iox.LogLevel.Error)
        self.node = iox.NodeBuilder.new().create(iox.ServiceType.Ipc)
        kind = MESSAGES[size]
        out, back = ("ping", "pong") if asks else ("pong", "ping")
        self.message = kind()
        self.publisher = self._service(f"{name}/{out}", kind).publisher_builder().create()
        self.subscriber = (
            self._service(f"{name}/{back}", kind)
            .subscriber_builder()
            .buffer_size(BUFFER_MAX)
            .create()
        )
        self.notifier = self._event(f"{name}/{out}").notifier_builder().create()
        self.listener = self._event(f"{name}/{back}").listener_builder().create()
        self.deadline = iox.Duration.from_millis(100)

    def _service(self, name: str, kind: type[ctypes.Structure]):  # type: ignore[no-untyped-def]
        builder = self.node.service_builder(iox.ServiceName.new(name)).publish_subscribe(kind)
        return (
            builder.subscriber_max_buffer_size(BUFFER_MAX)
            .enable_safe_overflow(False)
            .open_or_create()
        )

    def _event(self, name: str):  # type: ignore[no-untyped-def]
        return (
            self.node.service_builder(iox.ServiceName.new(name + "/event")).event().open_or_create()
        )

    def send(self) -> None:
        """One message; blocks while the other side's buffer is full."""
        self.publisher.send_copy(self.message)

    def send_and_notify(self) -> None:
        """One message and its event."""
        self.publisher.send_copy(self.message)
        self.notifier.notify()

    def take_busy(self) -> None:
        """Polls until a message came."""
        receive = self.subscriber.receive
        while True:
            sample = receive()
            if sample is not None:
                bytes(sample.payload().contents)
                return

    def take_event(self) -> None:
        """Sleeps on the event until a message came."""
        while True:
            sample = self.subscriber.receive()
            if sample is not None:
                bytes(sample.payload().contents)
                return
            self.listener.timed_wait(self.deadline)


def iox_busy(name: str, size: int) -> None:
    """Answers without ever sleeping."""
    port = IoxPort(name, size, asks=False)
    ready()
    while True:
        port.take_busy()
        port.send()


def iox_event(name: str, size: int) -> None:
    """Answers, sleeping on events."""
    port = IoxPort(name, size, asks=False)
    ready()
    while True:
        port.take_event()
        port.send_and_notify()


def iox_sink(name: str, size: int, count: int) -> None:
    """Takes `count` messages, answers the last."""
    port = IoxPort(name, size, asks=False)
    ready()
    for _ in range(count):
        port.take_event()
    port.send_and_notify()
    port.take_event()


def pipe_echo(path: str, _size: int) -> None:
    """multiprocessing's own pipe, over the unix socket that its connections use."""
    pipe = connect(path)
    ready()
    while True:
        pipe.send_bytes(pipe.recv_bytes())


def pipe_sink(path: str, _size: int, count: int) -> None:
    """Takes `count` messages, answers the last."""
    pipe = connect(path)
    ready()
    for _ in range(count):
        pipe.recv_bytes()
    pipe.send_bytes(b"done")
    pipe.recv_bytes()


def connect(descriptor: str) -> Connection:
    """The inherited end of multiprocessing.Pipe()."""
    return Connection(int(descriptor))


def zmq_echo(address: str, _size: int) -> None:
    """PAIR sockets over ipc://."""
    socket = zmq.Context().socket(zmq.PAIR)
    socket.connect(address)
    ready()
    while True:
        socket.send(socket.recv())


def zmq_sink(address: str, _size: int, count: int) -> None:
    """Takes `count` messages, answers the last."""
    socket = zmq.Context().socket(zmq.PAIR)
    socket.connect(address)
    ready()
    for _ in range(count):
        socket.recv()
    socket.send(b"done")
    socket.recv()


def ready() -> None:
    """Tells the benchmark that it may begin."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()


ECHOES: dict[str, Callable[[str, int], None]] = {
    "iox_busy": iox_busy, "iox_event": iox_event, "pipe": pipe_echo, "zmq": zmq_echo,
}  # fmt: skip
SINKS: dict[str, Callable[[str, int, int], None]] = {
    "iox_event": iox_sink, "pipe": pipe_sink, "zmq": zmq_sink,
}  # fmt: skip


def main(arguments: list[str]) -> None:
    """KIND CONTENDER WHERE SIZE CORE [COUNT]."""
    kind, contender, where, size, core = arguments[:5]
    os.sched_setaffinity(0, {int(core)})
    if kind == "echo":
        ECHOES[contender](where, int(size))
    else:
        SINKS[contender](where, int(size), int(arguments[5]))


if __name__ == "__main__":
    main(sys.argv[1:])
