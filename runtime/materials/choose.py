"""用哪个材料库：设了桶的用对象存储，否则用数据目录里的文件夹。"""

import os
from collections.abc import Mapping

from runtime.materials.folder import FolderStore
from runtime.materials.port import Store
from runtime.settings import Settings


def store(settings: Settings, environment: Mapping[str, str] = os.environ) -> Store:
    """这个数据目录的材料库。"""
    folder = settings.data / "materials"
    if bucket := environment.get("SHENGUAN_S3_BUCKET"):
        from runtime.materials.s3 import S3Store  # late: a big library, rarely wanted

        endpoint = environment.get("SHENGUAN_S3_ENDPOINT")
        return S3Store(bucket, endpoint, folder / "incoming")
    return FolderStore(folder)
