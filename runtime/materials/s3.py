"""S3 兼容的对象存储里的材料库：键是摘要，服务器另核对一次摘要。

Where it is: ``SHENGUAN_S3_BUCKET``, ``SHENGUAN_S3_ENDPOINT``; who we are: the variables that every
S3 client knows (``AWS_ACCESS_KEY_ID`` and the rest).
"""

import base64
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Final

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from domain.terms import Sha256
from runtime.exits import Exit, Stop
from runtime.materials.folder import checked
from runtime.materials.port import CHUNK, LARGEST, Held
from runtime.materials.spool import spooled, sweep

_ABSENT: Final = frozenset({"404", "NoSuchKey", "NotFound"})
_PREFIX: Final = "objects/"


class S3Store:
    """对象存储材料库；收件处仍在本机，收全了才上传，上传是一次完成的。"""

    def __init__(
        self, bucket: str, endpoint: str | None, spool: Path, largest: int = LARGEST
    ) -> None:
        self._bucket = bucket
        self._spool = spool
        self._largest = largest
        self._client: Any = boto3.client("s3", endpoint_url=endpoint)
        spool.mkdir(mode=0o700, parents=True, exist_ok=True)
        sweep(spool)

    def put(self, source: Iterable[bytes]) -> Held:
        """存入；已有的不再上传。"""
        with spooled(self._spool, source, self._largest) as came:
            is_new = not self.has(came.sha256)
            if is_new:
                with came.path.open("rb") as body:
                    self._ask(
                        "put_object",
                        Key=_PREFIX + came.sha256,
                        Body=body,
                        ChecksumSHA256=base64.b64encode(bytes.fromhex(came.sha256)).decode(),
                    )
            return Held(came.sha256, came.file_bytes, came.media_type, is_new)

    def open(self, sha256: Sha256) -> IO[bytes]:
        """取回到本机的临时文件，核对之后从头读。"""
        found = self._ask("get_object", Key=_PREFIX + sha256)
        if found is None:
            raise Stop(Exit.REFUSED, "material.absent", sha256=sha256)
        file = TemporaryFile(dir=self._spool)  # noqa: SIM115 -- the reader closes it
        for chunk in found["Body"].iter_chunks(CHUNK):
            file.write(chunk)
        file.seek(0)
        return checked(file, sha256)

    def has(self, sha256: Sha256) -> bool:
        """库里有没有。"""
        return self._ask("head_object", Key=_PREFIX + sha256) is not None

    def _ask(self, operation: str, **options: Any) -> dict[str, Any] | None:
        """None: there is no such object."""
        try:
            answer: dict[str, Any] = getattr(self._client, operation)(
                Bucket=self._bucket, **options
            )
        except ClientError as refused:
            if refused.response["Error"]["Code"] in _ABSENT:
                return None
            raise Stop(Exit.DEPENDENCY, "material.store_down", detail=refused) from refused
        except BotoCoreError as broken:
            raise Stop(Exit.DEPENDENCY, "material.store_down", detail=broken) from broken
        return answer
