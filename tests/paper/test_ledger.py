"""The ledger: exact lines, torn ends, damage, and a state that a restart finds again."""

from pathlib import Path

import pytest

from pink_actors.errors import TemporaryError
from pink_actors.paper import entries as e
from pink_actors.paper.advance import Clockwork
from pink_actors.paper.engine import Exchange
from pink_actors.paper.ledger import EntryCodec, Ledger, LedgerDamagedError
from pink_actors.paper.request import Now
from pink_actors.paper.state import State, StateMismatchError
from tests.paper.world import SYMBOL, World, check, qty_of


def written(directory: Path, entries: list[e.Entry]) -> Path:
    """A closed ledger with these entries."""
    ledger = Ledger(directory)
    assert list(ledger.open()) == []
    for entry in entries:
        ledger.append(entry)
    ledger.close()
    return ledger.path


def read(directory: Path) -> list[e.Entry]:
    """All entries of a ledger, which is closed again."""
    ledger = Ledger(directory)
    try:
        return list(ledger.open())
    finally:
        ledger.close()


def session() -> World:
    """Fills, a resting order, a stop, and all of it in the entries."""
    return check("""
        buy market 0.2                    | pos 0.2
        buy limit 0.1 @ 49000 id resting  | open 1
        sell stopmarket 0.2 stop 45000    | open 2
        buy limit 0.1 @ 48000             | open 3
        cancel                            | open 2
        sell market 0.05                  | pos 0.15
    """)


def test_each_kind_of_entry_reads_back_as_it_was_written() -> None:
    codec = EntryCodec()
    world = session()
    for entry in world.entries:
        assert codec.decode(codec.encode(entry)) == entry
    fill = world.fills[0]
    line = codec.encode(fill)
    assert b'"price":"50001"' in line
    assert b'"fee":"5.0001"' in line
    assert f'"order_id":{fill.order_id}'.encode() in line
    assert fill.order_id > 2**53


def test_the_state_of_a_restart_is_the_state_before(tmp_path: Path) -> None:
    world = session()
    written(tmp_path, world.entries)
    state = State()
    for entry in read(tmp_path):
        state.apply(entry)
    assert state.accounts == world.state.accounts
    assert state.order_id_last == world.state.order_id_last
    assert state.trade_id_last == world.state.trade_id_last


def test_open_orders_go_on_working_after_a_restart(tmp_path: Path) -> None:
    world = session()
    written(tmp_path, world.entries)
    ledger = Ledger(tmp_path)
    state = State()
    for entry in ledger.open():
        state.apply(entry)
    exchange = Exchange(state, {SYMBOL: world.market}, ledger.append, 1, 0.0)
    again = World()
    again.state, again.exchange = state, exchange
    again.account, again.now = state.accounts["main"], world.now
    again.market = world.market
    again.clockwork = Clockwork(exchange, world.now, 1)
    check(
        """
        price 48990                        | pos 0.25, open 1
        buy limit 0.1 @ 49000 id resting   | code 101481
        price 45000                        | pos 0.05, open 0
    """,
        again,
    )
    ledger.close()
    assert len(read(tmp_path)) > len(world.entries)


def test_a_market_order_that_was_part_filled_goes_on_after_a_restart(tmp_path: Path) -> None:
    world = World(partial_share=1.0)
    world.act("buy market 0.1")
    assert world.account.open_orders
    state = State()
    for entry in world.entries:
        state.apply(entry)
    exchange = Exchange(state, {SYMBOL: world.market}, lambda entry: None, 1, 0.0)
    moment = Now(world.now.wall_ms, world.now.market_ms)
    for _ in range(50):
        moment = Now(moment.wall_ms + 1_000, moment.market_ms + 1_000)
        exchange.due(moment)
    assert state.accounts["main"].position(SYMBOL, "BOTH").qty_e8 == qty_of("0.1")


@pytest.mark.parametrize("cut", [1, 7, 40])
def test_a_torn_end_is_cut_and_kept_aside(tmp_path: Path, cut: int) -> None:
    entries = session().entries
    path = written(tmp_path, entries)
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    found = read(tmp_path)
    assert found == entries[:-1]
    torn = (tmp_path / "ledger.torn").read_bytes()
    assert torn.strip() == whole[:-cut].rpartition(b"\n")[2].strip()
    assert read(tmp_path) == found


def test_a_ledger_grows_after_its_torn_end_was_cut(tmp_path: Path) -> None:
    entries = session().entries
    path = written(tmp_path, entries)
    path.write_bytes(path.read_bytes()[:-3])
    ledger = Ledger(tmp_path)
    assert len(list(ledger.open())) == len(entries) - 1
    ledger.append(e.MarketSeen(symbol=SYMBOL, price=5 * 10**16))
    ledger.close()
    assert [entry.seq for entry in read(tmp_path)] == list(range(1, len(entries) + 1))


@pytest.mark.parametrize("damage", [b"{}\n", b"\xff\xfe\n", b'{"t":"fill","seq":3}\n', b"\n"])
def test_damage_before_the_end_is_refused_with_its_line(tmp_path: Path, damage: bytes) -> None:
    path = written(tmp_path, session().entries)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], damage, *lines[3:]]))
    with pytest.raises(LedgerDamagedError, match=r"ledger\.jsonl:3: "):
        read(tmp_path)


def test_a_missing_line_is_noticed(tmp_path: Path) -> None:
    path = written(tmp_path, session().entries)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:3] + lines[4:]))
    with pytest.raises(LedgerDamagedError, match="seq 5 follows 3"):
        read(tmp_path)


def test_a_fill_that_does_not_add_up_is_noticed() -> None:
    entries = session().entries
    changed = next(entry for entry in entries if isinstance(entry, e.Filled))
    changed.wallet_after += 1
    state = State()
    with pytest.raises(StateMismatchError, match="does not add up"):
        for entry in entries:
            state.apply(entry)


def test_a_ledger_serves_one_venue_at_a_time(tmp_path: Path) -> None:
    first = Ledger(tmp_path)
    assert list(first.open()) == []
    with pytest.raises(TemporaryError, match="another venue"):
        list(Ledger(tmp_path).open())
    first.close()
    assert read(tmp_path) == []


def test_nothing_is_written_before_the_commit_and_one_sync_takes_all(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    assert list(ledger.open()) == []
    for entry in session().entries:
        ledger.append(entry)
    assert ledger.path.stat().st_size == 0
    ledger.commit()
    assert ledger.commits == 1
    assert ledger.path.stat().st_size > 0
    ledger.close()
