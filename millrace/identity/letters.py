"""What the mails say: subject and body. Links carry their token behind a `#`, which no server sees or logs."""

from millrace.settings import settings

Letter = tuple[str, str]

_NOT_YOU = "If it was not you, do nothing: without this mail nobody gets any further."


def verify(token: str) -> Letter:
    """To a new account: is the address yours?"""
    return "Verify your address", _asking(
        "verify", "An account was made with your address. To verify it, open", token, 24
    )


def reset(token: str) -> Letter:
    """To who forgot the password."""
    return "Choose a new password", _asking(
        "password/reset", "Somebody asked for a new password for your account. To choose one, open", token, 1
    )


def exists() -> Letter:
    """To an account whose address somebody registers again."""
    return "You have an account already", (
        f"Somebody tried to register with your address at {settings().base_url}, where you have an account.\n"
        "If it was you, sign in instead, or ask for a new password. If not, you need not do anything.\n"
    )


def changed() -> Letter:
    """To who has a new password, in case it was not they who chose it."""
    return "Your password was changed", (
        f"The password of your account at {settings().base_url} was changed, and other sessions were signed out.\n"
        "If it was not you, ask for a new password now, and tell your administrator.\n"
    )


def _asking(action: str, says: str, token: str, hours: int) -> str:
    base = settings().base_url
    good = f"It is good for {hours} hour{'s' if hours > 1 else ''}, once."
    return (
        f"{says}\n\n    {base}/{action.replace('/', '-')}#token={token}\n\n"
        f"or send the token to POST {base}/api/v1/auth/{action}. {good}\n{_NOT_YOU}\n"
    )
