"""An S3 over a real socket: moto's server."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

BUCKET = "mill"

#: What settings must say to reach it.
KEYS = {"S3_ACCESS_KEY_ID": "mill", "S3_SECRET_ACCESS_KEY": "wheel-and-race", "S3_REGION": "us-east-1"}


class S3Server:
    """`env`: the settings of an installation whose store this is; `client`: boto3's own, to look inside."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.client: Any = boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name=KEYS["S3_REGION"],
            aws_access_key_id=KEYS["S3_ACCESS_KEY_ID"],
            aws_secret_access_key=KEYS["S3_SECRET_ACCESS_KEY"],
        )
        self.client.create_bucket(Bucket=BUCKET)

    @property
    def env(self) -> dict[str, str]:
        return KEYS | {"BLOBS_URL": f"s3://{BUCKET}/some/prefix", "S3_ENDPOINT_URL": self.url}

    def names(self) -> list[str]:
        return [each["Key"] for each in self.client.list_objects_v2(Bucket=BUCKET).get("Contents", [])]

    def begun(self) -> list[str]:
        """Uploads in parts that were neither completed nor aborted."""
        return [each["Key"] for each in self.client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])]


@contextmanager
def serving() -> Iterator[S3Server]:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        yield S3Server(server.get_host_and_port()[1])
    finally:
        server.stop()
