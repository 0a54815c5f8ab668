"""Blobs in any S3. A blob of more than one part is uploaded in parts, and is there when the upload is completed.

Its sockets are those of whoever asks: greenlets under eventlet, which wait without keeping others waiting.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from io import BytesIO
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from millrace.blobs.blobs import PIECE, checked
from millrace.errors import BlobMissing, BlobsUnavailable
from millrace.pieces import recut
from millrace.settings import settings
from millrace.telemetry import logger

log = logger(__name__)

#: Bytes of a part, which is kept in memory so that it can be sent again. S3 takes 10,000 of them, of 5 MiB or more, and
#: some stores want all but the last to be of one size.
PART = 5 << 20

#: Seconds to connect, and of silence; tries of one call, the first included.
CONNECT, SILENCE, TRIES = 5, 30, 4

#: What stores call a key that is not there.
MISSING = ("NoSuchKey", "404", "NotFound", "NoSuchUpload")


class S3:
    """A bucket, or what is under a prefix in it. The bucket must be there."""

    def __init__(self, bucket: str, prefix: str) -> None:
        self._bucket, self._prefix = bucket, f"{prefix}/" if prefix else ""
        self._client = _client()

    def put(self, key: str, pieces: Iterable[bytes]) -> int:
        place, size, upload = self._place(key), 0, None
        parts: list[dict[str, Any]] = []
        try:
            for part, last in recut(pieces, PART):
                size += len(part)
                with _told():
                    if last and upload is None:
                        self._client.put_object(**place, Body=Part(part))
                        return size
                    upload = upload or self._client.create_multipart_upload(**place)["UploadId"]
                    parts.append(self._send(place, upload, len(parts) + 1, part))
            with _told():
                self._client.complete_multipart_upload(**place, UploadId=upload, MultipartUpload={"Parts": parts})
        except BaseException:
            if upload is not None:
                with suppress(BotoCoreError, ClientError):
                    self._client.abort_multipart_upload(**place, UploadId=upload)
            raise
        return size

    def read(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        wanted = f"bytes={start}-" if end is None else f"bytes={start}-{end - 1}"
        with _told():
            body = self._client.get_object(**self._place(key), Range=wanted)["Body"]
        with closing(body):
            while True:
                with _told():
                    piece = body.read(PIECE)
                if not piece:
                    return
                yield piece

    def size(self, key: str) -> int:
        with _told():
            return int(self._client.head_object(**self._place(key))["ContentLength"])

    def delete(self, key: str) -> None:
        place = self._place(key)
        with _told():
            self._client.delete_object(**place)
        # Not every store, nor every credential, lets us: they have rules for that of their own.
        with suppress(BotoCoreError, ClientError):
            begun = self._client.list_multipart_uploads(Bucket=self._bucket, Prefix=place["Key"]).get("Uploads", [])
            for upload in (each for each in begun if each["Key"] == place["Key"]):
                self._client.abort_multipart_upload(**place, UploadId=upload["UploadId"])

    def _place(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + checked(key)}

    def _send(self, place: dict[str, str], upload: str, number: int, part: bytes) -> dict[str, Any]:
        sent = self._client.upload_part(**place, UploadId=upload, PartNumber=number, Body=Part(part))
        return {"PartNumber": number, "ETag": sent["ETag"]}


class Part(BytesIO):
    """What is sent of a blob. Signing and sending it take as long as a hundred requests, which may come in between."""

    def read(self, size: int | None = -1) -> bytes:
        time.sleep(0)
        return super().read(size)


def _client() -> Any:
    own = settings()
    given = {
        "endpoint_url": own.s3_endpoint_url,
        "region_name": own.s3_region,
        "aws_access_key_id": own.s3_access_key_id,
        "aws_secret_access_key": own.s3_secret_access_key,
    }
    config = Config(
        connect_timeout=CONNECT,
        read_timeout=SILENCE,
        retries={"mode": "standard", "total_max_attempts": TRIES},
        max_pool_connections=64,
        # Other stores know neither names of buckets as hosts nor the newer checksums; the signature covers the body.
        s3={"addressing_style": "path" if own.s3_endpoint_url else "auto"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    said = {name: value for name, value in given.items() if value}
    return boto3.session.Session().client("s3", config=config, **said)


@contextmanager
def _told() -> Iterator[None]:
    """What boto3 says, as the errors of a store. Which credentials and addresses it used stays in the log."""
    try:
        yield
    except ClientError as failure:
        code = failure.response.get("Error", {}).get("Code", "")
        if code in MISSING:
            raise BlobMissing from None
        log.error("the store of blobs refused", code=code, operation=failure.operation_name)
        raise BlobsUnavailable from failure
    except (BotoCoreError, HTTPClientError, OSError) as failure:
        log.error("the store of blobs did not answer", error=type(failure).__name__)
        raise BlobsUnavailable from failure
