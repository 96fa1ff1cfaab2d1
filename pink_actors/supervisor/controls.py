"""The supervisor's words to the kernel: configuration, mode, operator's orders, notes."""

from collections import deque

from pink_actors import shm
from pink_actors.clock import Clock
from pink_actors.config import Config, config_hash, to_e8
from pink_actors.log import Logger
from pink_actors.shm_layout import AdoptPolicy, Control, ControlKind, Mode
from pink_actors.supervisor.child import Event

PENDING_MAX = 256
TEXT_BYTES_MAX = 128

_ADOPT = {"flag": AdoptPolicy.FLAG, "adopt": AdoptPolicy.ADOPT}


def ascii_text(text: str, bytes_max: int) -> str:
    """What fits a fixed ASCII field."""
    return text.encode("ascii", "replace").decode("ascii").replace("\0", "?")[:bytes_max]


def config_control(config: Config) -> Control:
    """Every limit at once."""
    risk = config.risk
    return Control.zero()._replace(
        kind=ControlKind.CONFIG,
        adopt=_ADOPT[risk.adopt],
        max_slots=risk.max_slots,
        max_leverage=risk.max_leverage,
        order_rate_max=risk.order_rate_max,
        order_rate_window_ms=risk.order_rate_window_ms,
        ttl_ms_max=risk.ttl_ms_max,
        mark_age_ms_max=risk.mark_age_ms_max,
        submit_deadline_ms=risk.submit_deadline_ms,
        report_deadline_ms=risk.report_deadline_ms,
        settle_after_ms=risk.settle_after_ms,
        not_found_after_ms=risk.not_found_after_ms,
        reconcile_interval_ms=risk.reconcile_interval_ms,
        flat_confirm_ms=risk.flat_confirm_ms,
        max_order_notional_e8=to_e8(risk.max_order_notional),
        max_total_notional_e8=to_e8(risk.max_total_notional),
        daily_loss_e8=to_e8(risk.daily_loss),
        drawdown_e8=to_e8(risk.drawdown),
        price_band_e8=to_e8(risk.price_band),
        divergence_e8=to_e8(risk.divergence),
        fill_band_e8=to_e8(risk.fill_band),
        delta_warn_e8=to_e8(risk.delta_warn),
        delta_error_e8=to_e8(risk.delta_error),
        config_hash=config_hash(config),
    )


class Controls:
    """The producing end of the controls ring, with what does not fit kept in order."""

    def __init__(self, producer: shm.Producer[Control], clock: Clock, log: Logger) -> None:
        self._producer = producer
        self._clock = clock
        self._log = log
        self._pending: deque[Control] = deque()

    def say(self, kind: ControlKind, text: str = "", operator: bool = False) -> None:
        """An order that needs no figures: RECONCILE, FLATTEN, ANCHOR, CHILD."""
        self.put(Control.zero()._replace(kind=kind, text=text, operator=int(operator)))

    def mode(self, mode: Mode, text: str, operator: bool = False) -> None:
        """What the kernel lets through from now on."""
        word = Control.zero()._replace(kind=ControlKind.MODE, mode=mode)
        self.put(word._replace(text=text, operator=int(operator)))

    def note(self, event: Event) -> None:
        """A process event, for the record. Dropped first when the kernel is away."""
        if len(self._pending) < PENDING_MAX // 2:
            self.say(ControlKind.CHILD, f"{event.child} {event.what} {event.detail}".strip())

    def put(self, control: Control) -> None:
        """Queues one word; the oldest goes when the kernel has been away for very long."""
        if len(self._pending) >= PENDING_MAX:
            dropped = self._pending.popleft()
            self._log.warning("control_dropped", kind=dropped.kind.name, text=dropped.text)
        text = ascii_text(control.text, TEXT_BYTES_MAX)
        stamped = control._replace(created_wall_ns=self._clock.wall_ns(), text=text)
        self._pending.append(stamped)

    def flush(self) -> None:
        """Publishes what fits."""
        sent = 0
        while self._pending and self._producer.free() > 0:
            self._producer.publish(self._pending.popleft())
            sent += 1
        if sent:
            self._producer.wake()
