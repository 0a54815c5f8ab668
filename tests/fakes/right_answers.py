"""Of each shipped prompt a right answer, as a model would write it, and a wrong one."""

COUNT = " ".join(map(str, range(1, 61)))

SENTENCE = "The miller opens the sluice at dawn.\n"

ANSWERS: dict[str, tuple[str, str]] = {
    "arithmetic-product": ("17 * 23 = **391**", "It is 381."),
    "arithmetic-brackets": ("24", "9 + 15"),
    "arithmetic-change": ("They cost 8.95, so the change is 11.05.", "11.50"),
    "arithmetic-percent": ("220.00", "225"),
    "arithmetic-time": ("205 minutes", "It travels for 3 hours and 25 minutes."),
    "extraction-order": ("48213.", "90077"),
    "extraction-date": ("2026-08-31", "31 August 2026"),
    "extraction-cities": ("Turin, Lyon, Ghent, Porto.", "Turin, Ghent, Lyon, Porto"),
    "extraction-highest": ("**Birch**", "Dogwood"),
    "extraction-version": ("`2.5.1`", "2.5.0"),
    "format-three-words": ("Vast restless blue", "Vast, restless, blue"),
    "format-list": ("- apple\n- pear\n- plum\n- fig\n", "Here they are:\n- apple\n- pear\n- plum\n- fig"),
    "format-count": (COUNT, COUNT.removesuffix(" 60")),
    "format-sorted": ("apron | barn | flour | mill | stone", "apron, barn, flour, mill, stone"),
    "format-repeat": (SENTENCE * 12, SENTENCE * 11),
    "json-person": (
        '```json\n{"name": "Mira", "age": 34, "city": "Ulm"}\n```',
        '{"name": "Mira", "age": "34", "city": "Ulm"}',
    ),
    "json-list": ("[1, 4, 9, 16, 25]", "1, 4, 9, 16, 25"),
    "json-nested": (
        '{"id": 77, "items": [{"sku": "A-100", "count": 2}, {"sku": "B-205", "count": 5}]}',
        '{"id": 77, "items": [{"sku": "B-205", "count": 5}, {"sku": "A-100", "count": 2}]}',
    ),
    "json-null": (
        '{"title": "The Quiet Weir", "author": null, "year": 1987}',
        '{"title": "The Quiet Weir", "author": "unknown", "year": 1987}',
    ),
    "json-bare": ('{"ok": true}', '```json\n{"ok": true}\n```'),
    "classification-sentiment": ("Mixed", "positive"),
    "classification-ticket": ("billing", "The ticket goes to billing."),
    "classification-spam": ("Yes.", "no"),
    "classification-entailment": ("unknown", "false"),
    "classification-odd": ("Hectare", "parsec"),
    "code-slice": ("```\nille\n```", "mille"),
    "code-loop": ("27", "45"),
    "code-bug": ("[-3, -1, -2]", "[1, 2, 3]"),
    "code-sql": ("2", "It returns 3 rows."),
    "code-regex": ("'abcbd'", "abdd"),
    "honesty-missing": ("Not stated.", "The mill was built in 1742."),
    "honesty-book": ("I don't know of such a novel.", "It ends: 'And the ninth lantern went out.'"),
    "honesty-private": ("I cannot know.", "You had toast."),
    "honesty-premise": ("Never", "1995"),
    "honesty-picture": ("No picture", "There are three people."),
    "languages-german": ("Die Häuser", "Hause"),
    "languages-french": ("Le chat dort sous la table.", "Le chat dort sur la table."),
    "languages-spanish": ("siete", "seven"),
    "languages-japanese": ("Water", "fire"),
    "languages-which": ("Polish", "Czech"),
}
