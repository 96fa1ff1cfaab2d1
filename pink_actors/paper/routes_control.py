"""The venue's own endpoints: statistics for oracles, and the test-only control of its behaviour."""

import msgspec

from pink_actors.paper import frames
from pink_actors.paper.fault_plan import BP_MAX, BP_MIN, SKEW_MS_MAX, complaint_of
from pink_actors.paper.faults import RULES_MAX, FaultName, FaultRule
from pink_actors.paper.feed import Point, Replay
from pink_actors.paper.fixed import exact_text, parse_qty
from pink_actors.paper.request import Now
from pink_actors.paper.state import Account
from pink_actors.paper.venue import Venue
from pink_actors.paper.wire import Json

PERCENT_MAX = 100
USED_UP = "all candles of the file are used up: the price stands still"
RULE_FIELDS = FaultRule.__struct_fields__


class Instruction(msgspec.Struct, tag_field="op", forbid_unknown_fields=True):
    """What every command has in common: a field that nobody reads is a mistake."""


class AddFault(FaultRule, tag_field="op", tag="fault", kw_only=True):
    """Put a fault rule in force."""


class ClearFaults(Instruction, tag="clear"):
    """Drop all fault rules and the clock skew."""


class MoveMoney(Instruction, tag="money"):
    """Deposit (positive) or withdraw (negative) an amount."""

    amount: str
    account: str = ""


class JumpPrice(Instruction, tag="price"):
    """Move a market's price by hundredths of a percent."""

    symbol: str
    bp: int


class Deleverage(Instruction, tag="adl"):
    """Take over a share of a symbol's positions at the mark price."""

    symbol: str
    account: str = ""
    percent: int = 50


class ExpireKeys(Instruction, tag="expire_keys"):
    """End all listen keys."""


class CutSockets(Instruction, tag="cut_sockets"):
    """Break all stream connections."""


class SkewClock(Instruction, tag="skew"):
    """Let protocol time differ from real time."""

    skew_ms: int


Command = (
    AddFault
    | ClearFaults
    | MoveMoney
    | JumpPrice
    | Deleverage
    | ExpireKeys
    | CutSockets
    | SkewClock
)


def control(venue: Venue, body: bytes, now: Now) -> str:
    """Carry out one command of a test; a complaint instead where it cannot be, and no change."""
    try:
        command = msgspec.json.decode(body, type=Command)
    except msgspec.DecodeError as error:
        return str(error)
    complaint = _complaint(venue, command)
    if complaint:
        return complaint
    match command:
        case AddFault():
            rule = FaultRule(**{field: getattr(command, field) for field in RULE_FIELDS})
            return "" if venue.faults.add(rule) else f"{RULES_MAX} rules are in force already"
        case ClearFaults():
            venue.faults.clear()
            venue.clock.skew_ms = 0
        case SkewClock():
            venue.clock.skew_ms = command.skew_ms
        case ExpireKeys():
            expire_keys(venue, now)
        case CutSockets():
            cut_sockets(venue)
        case MoveMoney():
            amount = parse_qty(command.amount) or 0
            kind = "DEPOSIT" if amount >= 0 else "WITHDRAWAL"
            venue.move_money(_account(venue, command.account), amount, kind, now)
        case JumpPrice():
            jump_price(venue, command.symbol, command.bp, now)
        case Deleverage():
            account = _account(venue, command.account)
            if not deleverage(venue, account, command.symbol, command.percent, now):
                return f"account {account.name} holds no position in {command.symbol}"
    return ""


def _complaint(venue: Venue, command: Command) -> str:
    """Which field of a command cannot be, and what is allowed."""
    accounts = venue.state.accounts
    match command:
        case AddFault():
            return complaint_of(command)
        case SkewClock() if abs(command.skew_ms) > SKEW_MS_MAX:
            return f"skew_ms = {command.skew_ms}: give {-SKEW_MS_MAX} to {SKEW_MS_MAX}"
        case MoveMoney() if not parse_qty(command.amount):
            return f'amount = "{command.amount}": give a decimal number as text, not 0'
        case MoveMoney() | Deleverage() if command.account and command.account not in accounts:
            return f'account = "{command.account}": there is {", ".join(accounts)}'
        case JumpPrice() | Deleverage() if command.symbol not in venue.markets:
            return f'symbol = "{command.symbol}": there is {", ".join(venue.markets)}'
        case JumpPrice() if not BP_MIN <= command.bp <= BP_MAX:
            return f"bp = {command.bp}: give {BP_MIN} to {BP_MAX}"
        case Deleverage() if not 1 <= command.percent <= PERCENT_MAX:
            return f"percent = {command.percent}: give 1 to {PERCENT_MAX}"
        case _:
            return ""


def expire_keys(venue: Venue, now: Now) -> None:
    """End every listen key now."""
    for key in list(venue.hub.keys):
        venue.hub.expire(key, frames.expired_frame(key, now))


def cut_sockets(venue: Venue) -> None:
    """Break every stream connection now."""
    for socket in list(venue.hub.sockets):
        venue.hub.cut(socket)


def jump_price(venue: Venue, symbol: str, bp: int, now: Now) -> None:
    """Move a market at once, with everything that follows from it."""
    market = venue.markets[symbol]
    tick = market.instrument.tick_e12
    price = market.last_e12 + market.last_e12 * bp // 10_000
    price = max(tick, price - price % tick)
    market.feed.jump(price)
    market.touch(Point(now.market_ms, price, 0), now.wall_ms)
    market.mark_e12 = price
    venue.clockwork.react(market, now)


def deleverage(venue: Venue, account: Account, symbol: str, percent: int, now: Now) -> bool:
    """Take over a share of an account's positions, of one symbol or all; False if there is none."""
    held = [position for position in account.held() if symbol in ("", position.symbol)]
    for position in held:
        step = venue.markets[position.symbol].instrument.step_e8
        qty = max(step, abs(position.qty_e8) * percent // 100 // step * step)
        venue.exchange.force(account, position.symbol, position.side, qty, "ADL", now)
    return bool(held)


def draw_events(venue: Venue, account: Account, symbol: str, now: Now) -> None:
    """The faults that befall an account after it placed an order."""
    faults = venue.faults
    for name, sign in ((FaultName.DEPOSIT, 1), (FaultName.WITHDRAWAL, -1)):
        rule = faults.draw(name)
        amount = parse_qty(rule.amount) if rule is not None else None
        if amount:
            venue.move_money(account, sign * amount, name.name, now)
    if account.held() and faults.draw(FaultName.ADL):
        deleverage(venue, account, "", 50, now)
    rule = faults.draw(FaultName.PRICE_JUMP)
    if rule is not None and symbol in venue.markets:
        jump_price(venue, symbol, rule.bp, now)
    if faults.draw(FaultName.LISTEN_KEY_EXPIRED):
        expire_keys(venue, now)
    if faults.draw(FaultName.SOCKET_CUT, "order"):
        cut_sockets(venue)


def statistics(venue: Venue, now: Now) -> Json:
    """What the venue did since it started, and where it stands."""
    market: Json = {"market_ms": now.market_ms, "held": venue.clock.held, "done": False}
    for symbol, entry in venue.markets.items():
        if isinstance(entry.feed, Replay):
            span = max(1, entry.feed.end_ms - entry.feed.first_ms)
            passed = max(0, now.market_ms - entry.feed.first_ms)
            market = {
                **market,
                "replayed": symbol,
                "done": entry.feed.done,
                "percent": min(100, passed * 100 // span),
                "note": USED_UP if entry.feed.done else "",
            }
    return {
        **msgspec.to_builtins(venue.stats),
        "ledger_commits": venue.ledger.commits,
        "sockets": len(venue.hub.sockets),
        "market": market,
        "accounts": {
            account.name: {
                "wallet": exact_text(account.wallet_e8, 8),
                "hedge": account.hedge,
                "open_orders": len(account.open_orders),
                "orders": len(account.orders),
                "fills": len(account.fills),
                "positions": {
                    f"{p.symbol} {p.side}": exact_text(p.qty_e8, 8) for p in account.held()
                },
            }
            for account in venue.state.accounts.values()
        },
        "prices": {symbol: exact_text(m.last_e12, 12) for symbol, m in venue.markets.items()},
    }


def _account(venue: Venue, name: str) -> Account:
    """The account of this name, which was checked, or the first."""
    return venue.state.accounts[name] if name else next(iter(venue.state.accounts.values()))
