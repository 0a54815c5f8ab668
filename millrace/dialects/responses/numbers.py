"""How the events of a streamed response are numbered, so that any server can go on after any of them.

Each of our events (`millrace.streams.events`: attempt x 2^32 + sequence) becomes several of OpenAI's. The k-th of the
event numbered n has the sequence number n x STEP + k. So the number says which of our events to go on from, and the
same number is the same event whichever process tells it. JavaScript counts to 2^53: that is 32,768 attempts.
"""

#: Events that one of ours becomes, at most; the end of a job, after which nothing comes, may become more.
STEP = 64


def number(event: int, k: int) -> int:
    """The sequence number of the k-th event made of the one numbered `event`."""
    return event * STEP + k


def event_of(sequence_number: int) -> int:
    """Our event that it was made of."""
    return sequence_number // STEP
