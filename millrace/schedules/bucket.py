"""Reading an object of somebody's bucket. boto3 signs the URL; what is called is what was checked, as with webhooks.

Only the credentials of the schedule are used, and none where it gives none: a tenant must never read with ours.
"""

from collections.abc import Iterator
from http.client import HTTPResponse
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from millrace.engines.engine import Deadlines, Line
from millrace.engines.http.connection import PIECE, Connection, Reader
from millrace.engines.http.trouble import TROUBLE
from millrace.engines.http.watch import Watch
from millrace.errors import SourceRefused, SourceUnavailable
from millrace.webhooks.destination import Destination, Unfit, parsed
from millrace.webhooks.sending import reach

#: Seconds: an object of many gigabytes may take its time.
PATIENCE = Deadlines(connect=10.0, first_byte=30.0, idle=30.0, total=6 * 3600.0)

#: Seconds for which the signed URL is good.
SIGNED = 300

#: Where no region is named.
REGION = "us-east-1"

#: Statuses that another try may better.
AGAIN = (408, 425, 429)

#: More than any object of S3 has.
ENDLESS = 1 << 50


def read(source: dict[str, Any], key: str) -> Iterator[bytes]:
    """The content of an object. `source`: bucket, and maybe region, endpoint_url, credentials.

    Raises SourceRefused, SourceUnavailable.
    """
    line = Line()
    connection = None
    try:
        to, watch = parsed(url(source, key)), Watch(PATIENCE)
        connection, name = reach(to, watch, line)
        yield from _body(_asked(connection, to, name, watch, line), watch)
    except Unfit as unfit:
        raise SourceRefused(f"The bucket's endpoint may not be called: {unfit}.") from None
    except TROUBLE as trouble:
        raise SourceUnavailable(f"The bucket does not answer ({type(trouble).__name__}).") from None
    finally:
        line.released()
        if connection is not None:
            connection.close()


def url(source: dict[str, Any], key: str) -> str:
    """Of the object, signed with the source's own credentials. Asks nobody. Raises SourceRefused."""
    given = source.get("credentials")
    config = Config(
        signature_version="s3v4" if given else UNSIGNED,
        s3={"addressing_style": "path" if source.get("endpoint_url") else "auto"},
        # The server's own environment and files say where other things are.
        ignore_configured_endpoint_urls=True,
    )
    try:
        client = boto3.session.Session().client(
            "s3",
            region_name=source.get("region") or REGION,
            endpoint_url=source.get("endpoint_url"),
            config=config,
            # Given where there are none too, so that none are looked for.
            aws_access_key_id=given["access_key_id"] if given else "none",
            aws_secret_access_key=given["secret_access_key"] if given else "none",
            aws_session_token=given.get("session_token") if given else None,
        )
        place = {"Bucket": source["bucket"], "Key": key}
        return str(client.generate_presigned_url("get_object", Params=place, ExpiresIn=SIGNED))
    except (BotoCoreError, ValueError) as wrong:
        raise SourceRefused(f"The bucket cannot be asked: {str(wrong)[:200]}") from None


def _asked(connection: Connection, to: Destination, name: str, watch: Watch, line: Line) -> HTTPResponse:
    said = f"GET {to.target} HTTP/1.1\r\nHost: {name}\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n"
    connection.sock.settimeout(watch.left())
    connection.sock.sendall(said.encode("ascii"))
    watch.sent()
    reader = Reader(connection.sock, watch, line)
    response = HTTPResponse(reader, method="GET")  # type: ignore[arg-type]
    response.begin()
    reader.limit = ENDLESS
    return response


def _body(response: HTTPResponse, watch: Watch) -> Iterator[bytes]:
    if response.status != 200:
        _refuse(response.status)
    watch.flowing()
    wanted, size = response.length, 0
    while piece := response.read(PIECE):
        size += len(piece)
        yield piece
    if wanted is not None and size < wanted:
        raise SourceUnavailable("The bucket's answer broke off.")


def _refuse(status: int) -> None:
    """A redirect is no answer: the region is another, and where it leads nobody has checked."""
    if status >= 500 or status in AGAIN:
        raise SourceUnavailable(f"The bucket answered {status}.")
    raise SourceRefused(f"The bucket answered {status}: look at the object's name, the region and the credentials.")
