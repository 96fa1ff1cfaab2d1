"""What the ear makes of frames: copies told once, oddities told by their code."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from pink_actors.rest.kept import FILE_MODE
from pink_actors.rest.reporting import DIAGNOSTICS_PER_WINDOW_MAX
from pink_actors.shm_layout import Code, OrderKind, OrderStatus, Report, ReportKind
from pink_actors.venue.frames import FRAME_SIZE_MAX, market_event, user_event
from tests.gateway.stage import Stage
from tests.listener.test_key_life import Rig

NUMBER = 1_970_374_651_259_388_001
ORDER: dict[str, object] = {
    "s": "BTC-USDT", "c": "", "i": NUMBER, "S": "SELL", "o": "MARKET", "q": "0.001", "p": "1",
    "sp": "0", "ap": "112848.1", "x": "TRADE", "X": "FILLED", "N": "USDT", "n": "-0.05",
    "T": 1_758_608_899_316, "ps": "SHORT", "z": "0.001", "ro": False, "td": 5,
}  # fmt: skip
FRAME: dict[str, object] = {
    "e": "ORDER_TRADE_UPDATE", "E": 1_758_608_899_350, "T": 1_758_608_899_316, "o": ORDER,
}  # fmt: skip


def frame(order: dict[str, object] | None = None, **words: object) -> bytes:
    """An order event with other words."""
    return json.dumps({**FRAME, **words, "o": {**ORDER, **(order or {})}}).encode()


def heard(stage: Stage) -> list[Report]:
    """What was reported since the last call."""
    batch = stage.stream_reports.poll(1000)
    for seq, _ in batch:
        stage.stream_reports.release(seq + 1)
    return [report for _, report in batch]


async def test_copies_of_one_event_with_push_times_of_their_own_are_told_once(
    instance: str, home: Path
) -> None:
    with Stage(instance, home, "http://127.0.0.1:9") as stage:
        ear = Rig(stage).ear
        for pushed_ms in (50, 51, 49):
            await ear.user(frame(E=1_758_608_899_300 + pushed_ms), user_event)
        (report,) = heard(stage)
        assert report.venue_wall_ms == FRAME["T"]
        assert ear.heard.order_events == 3
        # A copy without the order's own time is told by its figures alone.
        bare: dict[str, object] = {"T": 0}
        for pushed_ms in (60, 61):
            await ear.user(frame(bare, T=0, E=1_758_608_899_300 + pushed_ms), user_event)
        assert len(heard(stage)) == 1


@pytest.mark.parametrize(
    "news", [{"z": "0.0005"}, {"X": "CANCELED"}, {"ap": "112848.2"}, {"i": NUMBER + 1}]
)
async def test_an_event_that_says_anything_else_is_told(
    instance: str, home: Path, news: dict[str, object]
) -> None:
    with Stage(instance, home, "http://127.0.0.1:9") as stage:
        ear = Rig(stage).ear
        await ear.user(frame(), user_event)
        await ear.user(frame(news), user_event)
        await ear.user(frame(T=1_758_608_899_317), user_event)
        assert len(heard(stage)) == 3


ODD = [
    (frame({"o": "LIQUIDATION"}), Code.UNKNOWN_WORD, "type LIQUIDATION; order "),
    (frame({"X": "SUSPENDED"}), Code.UNKNOWN_WORD, "status SUSPENDED; order "),
    (b'{"e":"NOVELTY"}', Code.UNKNOWN_WORD, "NOVELTY"),
    (b'{"code":80403,"msg":"too many"}', Code.VENUE_REFUSED, "stream: 80403 too many"),
    (b"{", Code.MALFORMED, "frame: "),
    (frame({"z": "-1"}), Code.MALFORMED, "z: "),
    (gzip.compress(b" " * (FRAME_SIZE_MAX + 1)), Code.TOO_LARGE, "frame: inflates to more"),
    (b" " * (FRAME_SIZE_MAX + 1), Code.TOO_LARGE, "frame: "),
]


@pytest.mark.parametrize("number", range(len(ODD)))
async def test_an_oddity_is_told_by_its_code(instance: str, home: Path, number: int) -> None:
    data, code, text = ODD[number]
    with Stage(instance, home, "http://127.0.0.1:9") as stage:
        ear = Rig(stage).ear
        await ear.user(data, user_event)
        told = [r for r in heard(stage) if r.kind is ReportKind.DIAGNOSTIC]
        assert [(r.code, r.text[: len(text)]) for r in told] == [(code, text)]
        kept = list(stage.unread_dir.iterdir())
        unread = code in (Code.MALFORMED, Code.TOO_LARGE)
        assert (len(kept), ear.heard.parse_errors) == (unread, unread)
        assert {path.stat().st_mode & 0o777 for path in kept} <= {FILE_MODE}


async def test_an_order_of_a_type_that_is_never_sent_is_told_as_unknown(
    instance: str, home: Path
) -> None:
    with Stage(instance, home, "http://127.0.0.1:9") as stage:
        await Rig(stage).ear.user(frame({"o": "LIQUIDATION"}), user_event)
        order, _ = heard(stage)
        assert (order.order_kind, order.order_status) == (OrderKind.UNKNOWN, OrderStatus.FILLED)


async def test_market_data_of_a_symbol_that_is_not_ours_is_told_by_its_code(
    instance: str, home: Path
) -> None:
    with Stage(instance, home, "http://127.0.0.1:9") as stage:
        data = {"e": "markPriceUpdate", "E": 7, "s": "XXX-USDT", "p": "1"}
        text = json.dumps({"code": 0, "dataType": "XXX-USDT@markPrice", "data": data})
        await Rig(stage).ear.market(text.encode(), market_event)
        (told,) = heard(stage)
        assert (told.code, told.symbol) == (Code.UNKNOWN_SYMBOL, "XXX-USDT")


async def test_a_flood_of_one_oddity_leaves_room_for_another(instance: str, home: Path) -> None:
    with Stage(instance, home, "http://127.0.0.1:9") as stage:
        ear = Rig(stage).ear
        for _ in range(DIAGNOSTICS_PER_WINDOW_MAX + 5):
            await ear.user(b"{", user_event)
        await ear.user(b'{"e":"NOVELTY"}', user_event)
        told = [report for report in heard(stage) if report.kind is ReportKind.DIAGNOSTIC]
        codes = [report.code for report in told]
        assert codes == [Code.MALFORMED] * DIAGNOSTICS_PER_WINDOW_MAX + [Code.UNKNOWN_WORD]
