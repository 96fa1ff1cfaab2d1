"""What `pink-paper-venue --help` teaches beyond the list of options."""

import textwrap

from pink_actors.paper.faults import FaultName

ABOUT = """\
A paper exchange that speaks BingX's USDT-M perpetual protocol, REST and WebSocket: any BingX
client works with it by its base URL alone. Nothing leaves this machine and no key is needed."""

_GUIDE = """\
first steps:
  pink-paper-venue --data ./venue --port 8080
  curl 'http://127.0.0.1:8080/openApi/swap/v2/quote/ticker?symbol=BTC-USDT'
  The keys it made for you lie in ./venue/keys.json, and all it ever did in ./venue/ledger.jsonl;
  start it again with the same --data and orders, positions and money are where they were.

a client library (ccxt; nothing but the addresses differs from the real exchange):
  base, stream = "http://127.0.0.1:8080/openApi", "ws://127.0.0.1:8080/swap-market"
  sections = ["swap", "spot", "wallets", "cswap", "contract", "user", "account"]
  ccxt.pro.bingx({{"apiKey": ..., "secret": ..., "options": {{"defaultType": "swap"}},
      "urls": {{"api": {{**{{name: base for name in sections}}, "ws": {{"linear": stream,
          "spot": "ws://127.0.0.1:8080/market", "inverse": "ws://127.0.0.1:8080/cmarket"}}}}}}}})

a month of candles as fast as the machine can (lines: timestamp,open,high,low,close,volume):
  pink-paper-venue --data ./month --candles january.csv.xz --speed max --rate-limits off
  Candles of one minute; the timestamp is epoch milliseconds, or UTC as in 2024-01-31 12:00.
  The market waits for the first subscriber, and progress is shown on standard error. When the
  file is used up the price stands still, also after a restart with the same --data.

faults, from a plan:
  pink-paper-venue --data ./venue --faults plan.toml
      seed = 7
      [[fault]]
      name = "reply_lost"              # the order is taken, its answer never comes
      endpoint = "POST /openApi/swap/v2/trade/order"
      probability = 0.1                # also: count = 3, after = 10, delay_ms, status, code, bp
  or one by one from a test, where --control allows it:
      curl -d '{{"op":"fault","name":"socket_cut","count":1}}' http://127.0.0.1:8080/paper/control
  names: {faults}

what it did so far, as JSON: GET /paper/stats

exit codes: 0 ended in order, 64 bad option, 75 try again (port, disk, another venue on the same
data), 78 bad file or key, 125 the ledger is damaged"""


def guide() -> str:
    """Examples, faults and exit codes."""
    names = textwrap.wrap(", ".join(FaultName), 84)
    return _GUIDE.format(faults="\n         ".join(names))
