"""The result of `/v1/moderations` for one text: what the tenant's rules say of it, in OpenAI's shape.

https://platform.openai.com/docs/api-reference/moderations/object: the official clients expect its categories, so they
are there even where no rule speaks of them; a tenant's own stand beside them.
"""

from typing import Any

from millrace.guard.filters.filtering import Filter

CATEGORIES = (
    *("harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm"),
    *("self-harm/instructions", "self-harm/intent", "sexual", "sexual/minors", "violence", "violence/graphic"),
)


def moderated(text: str, rules: Filter) -> dict[str, Any]:
    """`{flagged, categories, category_scores, category_applied_input_types}`."""
    scores = dict.fromkeys(CATEGORIES, (0.0, False)) | rules.scores(text)
    return {
        "flagged": any(flagged for _, flagged in scores.values()),
        "categories": {name: flagged for name, (_, flagged) in scores.items()},
        "category_scores": {name: score for name, (score, _) in scores.items()},
        "category_applied_input_types": {name: ["text"] for name in scores},
    }
