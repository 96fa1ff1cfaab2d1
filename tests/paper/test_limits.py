"""Request budgets: counted for account and address, refused in words a client knows."""

from pathlib import Path

from pink_actors.paper.limits import Budgets, Rate
from tests.paper.serving import KEYS, Client, served

RATE = Rate(account=5, address=3)


def test_flaw_i21_the_address_is_limited_before_the_account_and_a_second_renews_both() -> None:
    budgets = Budgets(enabled=True)
    taken = [budgets.take("POST /x", RATE, "main", "::1", 1_000 + step) for step in range(5)]
    assert [allowance.granted for allowance in taken] == [True, True, True, False, False]
    assert [allowance.remaining for allowance in taken] == [2, 1, 0, 0, 0]
    assert {allowance.expires_ms for allowance in taken} == {2_000}
    assert budgets.take("POST /x", RATE, "main", "::1", 2_000).granted


def test_flaw_i21_endpoints_accounts_and_addresses_have_budgets_of_their_own() -> None:
    budgets = Budgets(enabled=True)
    for step in range(3):
        assert budgets.take("POST /x", RATE, "main", "::1", step).granted
    assert not budgets.take("POST /x", RATE, "main", "::1", 4).granted
    assert budgets.take("POST /y", RATE, "main", "::1", 5).granted
    assert budgets.take("POST /x", RATE, "other", "::2", 6).granted


def test_limits_can_be_off() -> None:
    budgets = Budgets(enabled=False)
    assert all(budgets.take("POST /x", RATE, "main", "::1", 0).granted for _ in range(1_000))


async def test_flaw_i21_a_limited_request_is_answered_counted_and_not_carried_out(
    tmp_path: Path,
) -> None:
    async with served(tmp_path, limits=True) as base, Client(base, KEYS[0]) as client:
        codes = []
        for _ in range(12):
            answer = await client.place(side="BUY", type="LIMIT", price=80_000, quantity="0.001")
            codes.append(answer.code)
            assert int(answer.headers["X-RateLimit-Requests-Remain"]) >= 0
            assert int(answer.headers["X-RateLimit-Requests-Expire"]) > 1_600_000_000_000
        assert set(codes) == {0, 100410}
        stats = await client.stats()
        assert stats["rate_limited"] == codes.count(100410)
        assert stats["orders"] == codes.count(0)
