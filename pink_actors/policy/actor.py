"""The policy process: on a timer it shows the world to the strategy and publishes its intents."""

from __future__ import annotations

from pink_actors import runner
from pink_actors._native import Backpressure, Lapped
from pink_actors.clock import NS_PER_MS
from pink_actors.policy import intents, loading, world
from pink_actors.policy.strategy import (
    Answer,
    Decision,
    Enter,
    Market,
    Strategy,
    World,
)
from pink_actors.runner import Context
from pink_actors.shm import Own, Reader
from pink_actors.shm_layout import (
    ACCOUNT,
    INSTRUMENTS,
    INTENTS,
    MARKS,
    OUTCOMES,
    POLICY_STATS,
    SLOTS,
    Code,
    InstrumentCell,
    PolicyCell,
    Writer,
)

ANSWERS_MAX = 1_024
DECISIONS_MAX = 64
STRATEGY_TEXT_MAX = 64
BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"


def base36(number: int) -> str:
    """A short lower-case text for a number."""
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = BASE36[digit] + digits
    return digits or "0"


class PolicyActor:
    """Holds the strategy; every state that must survive is the kernel's."""

    idle_ms = 5

    def __init__(self, context: Context) -> None:
        self._context = context
        self._own = Own(context.segment)
        self._strategy: Strategy | None = None
        self._next_mono_ns = 0
        self._intents = 0
        # Trade ids are unique for ever: no two starts share a wall clock microsecond.
        self._prefix = base36(context.clock.wall_ns() // 1000)
        self._stats = PolicyCell.zero()._replace(
            strategy=context.config.policy.strategy[-STRATEGY_TEXT_MAX:]
        )

    async def start(self) -> None:
        """Loads the strategy and opens the rings."""
        context = self._context
        policy = context.config.policy
        self._strategy = runner.call_foreign(
            f"strategy {policy.strategy}", lambda: loading.load(policy.strategy, policy.params)
        )
        self._kernel = Reader.attach(context.instance, Writer.KERNEL)
        self._listener = Reader.attach(context.instance, Writer.LISTENER)
        self._producer = self._own.producer(INTENTS, [self._kernel])
        self._outcomes = self._own.consumer(self._kernel, OUTCOMES)
        # Answers to an earlier incarnation are of no use to this one.
        self._outcomes.seek(self._kernel.tail(OUTCOMES))
        self._publish_stats()

    async def step(self) -> int:
        """One call of the strategy when its time has come."""
        clock = self._context.clock
        mono_ns = clock.mono_ns()
        if mono_ns < self._next_mono_ns or self._strategy is None:
            return 0
        self._next_mono_ns = mono_ns + self._context.config.policy.interval_ms * NS_PER_MS
        seen = self._world(clock.wall_ns(), mono_ns)
        strategy = self._strategy
        decisions = runner.call_foreign(
            f"strategy {self._stats.strategy}", lambda: list(strategy.decide(seen))
        )
        published = sum(self._publish(decision) for decision in decisions[:DECISIONS_MAX])
        if published:
            self._producer.wake()
        took_ns = clock.mono_ns() - mono_ns
        refused = sum(answer.code != Code.OK for answer in seen.answers)
        self._stats = self._stats._replace(
            steps=self._stats.steps + 1,
            decisions=self._stats.decisions + len(decisions),
            intents=self._stats.intents + published,
            refused=self._stats.refused + refused,
            step_max_ns=max(self._stats.step_max_ns, took_ns),
        )
        self._publish_stats()
        return 1

    async def close(self) -> None:
        """Nothing to end: what rests is the kernel's, which withdraws entries when risk ends."""

    def _world(self, wall_ns: int, mono_ns: int) -> World:
        kernel = self._kernel
        rules = {cell.symbol: cell for cell in kernel.read_all(INSTRUMENTS) if cell.seq}
        slots = kernel.read_all(SLOTS)
        return World(
            wall_ns=wall_ns,
            mono_ns=mono_ns,
            markets=self._markets(rules, mono_ns),
            positions=world.positions_from(slots, wall_ns, mono_ns),
            account=world.account_from(kernel.read(ACCOUNT, 0)),
            answers=self._answers(),
        )

    def _markets(self, rules: dict[str, InstrumentCell], mono_ns: int) -> dict[str, Market]:
        config = self._context.config
        markets = {}
        for symbol, mark in zip(config.symbols, self._listener.read_all(MARKS), strict=False):
            if mark.symbol == symbol:
                markets[symbol] = world.market_from(
                    mark, rules.get(symbol), mono_ns, config.risk.mark_age_ms_max
                )
        return markets

    def _answers(self) -> tuple[Answer, ...]:
        """Answers since the last call; what a lap lost is lost, the slots still tell the truth."""
        records = []
        try:
            records = self._outcomes.poll(ANSWERS_MAX)
        except Lapped as lapped:
            self._context.log.warning(
                "answers_lost", lost_from=lapped.lost_from, lost_to=lapped.lost_to
            )
        self._outcomes.release(self._outcomes.next_seq)
        return world.answers_from(record for _, record in records)

    def _publish(self, decision: Decision) -> bool:
        """Whether the intent is in the ring; a full ring is counted and the decision dropped."""
        clock = self._context.clock
        self._intents += 1
        trade_id = f"{self._prefix}-{base36(self._intents)}"
        stamp = intents.Stamp(self._intents, trade_id, clock.wall_ns(), clock.mono_ns())
        intent = runner.call_foreign(
            f"decision {type(decision).__name__} of strategy {self._stats.strategy}",
            lambda: intents.intent_from(decision, stamp),
        )
        try:
            self._producer.publish(intent)
        except Backpressure:
            self._stats = self._stats._replace(backpressure=self._stats.backpressure + 1)
            self._context.log.warning(
                "intent_dropped", reason="the kernel does not keep up", kind=intent.kind.name
            )
            return False
        level = self._context.log.info if isinstance(decision, Enter) else self._context.log.debug
        level("intent", kind=intent.kind.name, trade_id=intent.trade_id, symbol=intent.symbol)
        return True

    def _publish_stats(self) -> None:
        self._own.write(POLICY_STATS, self._stats)
