"""What a batch takes is said before, reserved at once, and settled line by line."""

from tests.integration.batches.conftest import Owner, line, written


def test_a_quote_reserves_nothing_and_can_be_started(owner: Owner) -> None:
    quota = owner.quota("requests", 10)
    quoted = owner.ended(owner.batch([line(str(n)) for n in range(4)], "batches/quote"))
    assert quoted["status"] == "quoted"
    (part,) = quoted["quote"]["models"]
    assert (part["requests"], part["input_tokens"] > 0, part["output_tokens"] > 0) == (4, True, True)
    assert [(each["unit"], each["left"], each["fits"]) for each in quoted["quote"]["quotas"]] == [
        ("requests", "6", True)
    ]
    assert owner.balance(quota) == (0, 0)
    assert owner.ask("GET", "/api/v1/batches")[1]["data"] == []

    assert [owner.act(quoted, "start")[0] for _ in range(2)] == [202, 202]
    assert owner.ended(quoted)["status"] == "completed"
    assert owner.balance(quota) == (4, 0)


def test_a_batch_that_a_quota_does_not_cover_is_refused_whole(owner: Owner) -> None:
    quota = owner.quota("requests", 3)
    failed = owner.ended(owner.batch([line(str(n)) for n in range(4)]))
    assert failed["status"] == "failed"
    assert [each["code"] for each in failed["errors"]["data"]] == ["quota_exceeded"]
    assert owner.balance(quota) == (0, 0) and owner.balances()


def test_every_line_moves_its_own_part_of_one_reservation(owner: Owner) -> None:
    quotas = [owner.quota(unit, 10**9) for unit in ("requests", "tokens", "nanos")]
    slow = [line(f"slow {n}", model="narrow", tokens=3, rate=20) for n in range(6)]
    batch = owner.batch([*slow, *(line(str(n)) for n in range(20))])
    owner.reaches(batch, "in_progress")
    assert owner.balances(), "while it runs, too"
    assert owner.ended(batch)["status"] == "completed"
    assert owner.balance(quotas[0]) == (26, 0)
    assert all(owner.balance(quota)[1] == 0 for quota in quotas) and owner.balances()


def test_a_lane_that_cannot_make_the_window_says_so(owner: Owner) -> None:
    # What the lane was measured to do: a job in a thousand seconds a slot.
    measured = '{"remote.absent": {"slots": 1, "seconds": 4000}}'
    owner.platform.sql(
        "INSERT INTO processes (id, kind, host, pid, parent, measured, expires_at) VALUES "
        "(gen_random_uuid(), 'test', 'h', 1, 1, %s, now() + interval '1 minute')",
        measured.replace("remote.absent", "gpu.absent"),
    )
    file = owner.upload(written([line("a", model="absent"), line("b", model="absent")]))
    asked = {"input_file_id": file, "endpoint": "/v1/chat/completions", "completion_window": "1h"}
    failed = owner.ended(owner.ask("POST", "/api/v1/batches", asked)[1])
    assert [each["code"] for each in failed["errors"]["data"]] == ["window_unattainable"]
    assert "4h" in failed["errors"]["data"][0]["message"]
