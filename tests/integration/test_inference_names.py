"""The second names of inference: the same calls, by the paths and shapes of the earlier systems."""

from tests.platform import Platform

ASKED = {"model": "demo", "prompt": "Why is the sky blue?", "max_tokens": 8}


def test_inference_answers_a_prompt_with_a_key_in_its_own_header(platform: Platform) -> None:
    headers = {"Authorization": "", "X-API-Key": platform.key}
    status, _, answer = platform.request("POST", "/api/inference", ASKED, headers)
    assert status == 200 and answer["response"] and answer["usage"]["completion_tokens"] == 8
    assert platform.job(answer["id"])["status"] == "succeeded"
    assert platform.request("POST", "/api/inference", {"model": "none", "prompt": "x"}, headers)[0] == 404
    assert platform.request("POST", "/api/inference", {"model": "demo"}, headers)[0] == 400


def test_generate_says_what_came_from_the_cache(platform: Platform) -> None:
    asked = ASKED | {"prompt": "What turns the wheel of the mill?"}
    first, again, anew = (
        platform.request("POST", "/ai/generate", asked | more)[2] for more in ({}, {}, {"use_cache": False})
    )
    assert [each["cached"] for each in (first, again, anew)] == [False, True, False]
    assert first["response"] == again["response"] and first["eval_count"] == again["eval_count"] == 8
    assert all(each["total_duration_ms"] >= 0 and each["model"] == "demo" for each in (first, again, anew))


def test_models_are_listed_under_both_names(platform: Platform) -> None:
    names = [[m["id"] for m in platform.request("GET", path)[2]["data"]] for path in ("/ai/models", "/api/v1/models")]
    assert names[0] == names[1] and "demo" in names[0]
