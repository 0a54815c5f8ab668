"""Two questions agree where only the way they are put differs; whatever could change the answer keeps them apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.cache.agreement import agree


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How do I reverse a list in Python?", "how to reverse a list in python"),
        ("How do I reverse a list in Python?", "Python: reversing a list"),
        ("How can I install nginx?", "Please tell me what is the way to install nginx"),
        ("What's the capital of Peru?", "what is the capital of Peru"),
        ("Why is the sky blue?", "What is the reason for the sky blue?"),
        ("Who was the 3rd president of the U.S.?", "Which person was the 3rd president of the United States"),
        ("What is 5 percent of 80?", "What is 5% of 80"),
        ("Summarise this in three sentences.", "Summarize this in 3 sentences"),
        ("Can you write a poem about rain?", "Write a poem about rain, please"),
    ],
)
def test_the_same_question_put_differently(one: str, other: str) -> None:
    assert agree(one, other) and agree(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Convert 5 miles to kilometres", "Convert 5 kilometres to miles"),
        ("Flights from Oslo to Madrid", "Flights from Madrid to Oslo"),
        ("Can a tenant sue a landlord?", "Can a landlord sue a tenant?"),
        ("What is 2*(3+4)?", "What is 2*3+4?"),
        ("Is 3.5 larger than 3,5?", "Is 3,5 larger than 3.5?"),
        ("Why is the sky blue?", "Why is the sky not blue?"),
        ("Why does it work?", "Why doesn't it work?"),
        ("Who is the president?", "Who was the president?"),
        ("A recipe with nuts", "A recipe without nuts"),
        ("When do rates rise?", "When do rates fall?"),
        ("Write a poem about rain", "How do I write a poem about rain?"),
        ("Delete the row", "Delete the rows"),
        ("Why do few people vote?", "Why do a few people vote?"),
        ("Let's eat, Grandma", "Let's eat Grandma"),
        ("How do I polish a table?", "How do I say table in Polish: polish a table?"),
        ("Where can I learn Polish?", "Where can I learn polish?"),
        ("Trinkt er in Maßen?", "Trinkt er in Massen?"),
        ("Como ligo o modo avião?", "Como desligo o modo avião?"),
        ("What does 'a' in \"a b\" mean?", "What does 'a' in \"b a\" mean?"),
        ("Is C better than Java?", "Is C++ better than Java?"),
        ("hello", ""),
        ("", ""),
    ],
)
def test_what_could_change_the_answer_keeps_them_apart(one: str, other: str) -> None:
    assert not agree(one, other) and not agree(other, one)


@given(st.text(max_size=300), st.text(max_size=300))
def test_whatever_is_asked_it_answers_alike_both_ways(one: str, other: str) -> None:
    assert agree(one, other) == agree(other, one)
