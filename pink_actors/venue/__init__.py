"""The BingX perpetual-swap protocol as pure functions: build, sign, parse, judge; no I/O."""
