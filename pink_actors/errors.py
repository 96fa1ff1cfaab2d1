"""The whole exception tree of the Python side; each class carries the exit code of its process.

    PinkError              70  a bug: nothing below fits
    ├── StrategyError      70  the strategy raised, or decided what no record can hold
    ├── UsageError         64  arguments a process cannot use; never restarted
    ├── ConfigError        78  a configuration that cannot work; never restarted
    │   ├── SecretsError   78  keys missing, readable by others, or refused by the venue
    │   └── LayoutError    78  a segment of another build: restart the tree from one build
    ├── RefusedError        2  a verb of the command line that cannot be done now
    │   └── AlreadyRunning  2  a second process for a place that one already holds
    ├── NotRunning          3  there is no such tree, or it cannot be reached
    ├── TemporaryError     75  something outside is missing; restarted with back-off
    └── PermanentError    125  journal or shared memory is damaged; a person has to look

A refusal (an order that breaks a limit, a full ring) is a coded value and never an exception.
"""

from typing import ClassVar

EXIT_CLEAN = 0
EXIT_GENERIC = 1
EXIT_REFUSED = 2
EXIT_NOT_RUNNING = 3
EXIT_USAGE = 64
EXIT_BUG = 70
EXIT_TEMPORARY = 75
EXIT_CONFIG = 78
EXIT_PERMANENT = 125

NEVER_RESTARTED = frozenset({EXIT_USAGE, EXIT_CONFIG, EXIT_PERMANENT})


class PinkError(Exception):
    """Root of the tree; its text is one line that says what, where and what to do."""

    exit_code: ClassVar[int] = EXIT_BUG


class StrategyError(PinkError):
    """Foreign code raised; the text names it, what it raised and where."""


class UsageError(PinkError):
    """Arguments a process cannot use."""

    exit_code = EXIT_USAGE


class ConfigError(PinkError):
    """A configuration that cannot work."""

    exit_code = EXIT_CONFIG


class SecretsError(ConfigError):
    """Keys that are missing, readable by others, or refused by the venue."""


class LayoutError(ConfigError):
    """A segment that another build laid out."""


class RefusedError(PinkError):
    """A verb that cannot be done in the present state."""

    exit_code = EXIT_REFUSED


class AlreadyRunning(RefusedError):
    """Somebody holds the place already; the text names the holder."""


class NotRunning(PinkError):
    """No tree answers."""

    exit_code = EXIT_NOT_RUNNING


class TemporaryError(PinkError):
    """Something outside is missing; a later start may succeed."""

    exit_code = EXIT_TEMPORARY


class PermanentError(PinkError):
    """Durable or shared state is damaged; no restart can help."""

    exit_code = EXIT_PERMANENT
