"""The lane's sweep: makes good what no ring brought, ends what can be sent no more, forgets what is long over."""

from millrace import db

#: Deliveries that one round ends, and events that are forgotten at a time.
MOST = 5000

_DUE = """
SELECT EXISTS (
    SELECT 1 FROM webhook_targets() t WHERE t.open AND EXISTS (
        SELECT 1 FROM webhook_deliveries d WHERE d.state = 'pending' AND d.target = t.target AND d.next_try <= now()
    )
)
"""


def sweep() -> bool:
    """One round. True where deliveries are due, so that somebody has to be woken."""
    db.call("SELECT end_deliveries(%s)", (MOST,))
    return is_due()


def is_due() -> bool:
    """True while deliveries wait to be claimed."""
    return bool(db.call(_DUE)[0][0])


def forget() -> None:
    """Events of more than 30 days ago, and all that came of them."""
    while db.call("SELECT forget_webhooks(%s)", (MOST,))[0][0] == MOST:
        pass
