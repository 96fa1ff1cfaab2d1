"""The one way in which tests wait."""

import pytest

from tests.waiting import wait_until, wait_until_async


def test_waiting_returns_the_first_answer_even_if_it_is_zero() -> None:
    answers = iter([None, False, 0])
    assert wait_until(lambda: next(answers), "zero") == 0


def test_waiting_fails_at_its_deadline_and_says_for_what() -> None:
    with pytest.raises(AssertionError, match="for the moon"):
        wait_until(lambda: None, "the moon", timeout_s=0.03)


async def test_waiting_lets_the_event_loop_go_on() -> None:
    answers = iter([None, "now"])
    assert await wait_until_async(lambda: next(answers), "an answer") == "now"
