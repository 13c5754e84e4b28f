"""Files, up and down."""

from typing import Any, Self, cast

from pydantic import field_validator
from pydantic_core import PydanticCustomError

from yidi_sdk.elements import clearing, session
from yidi_sdk.message import Input, Nothing, Output

WIRE_NAME = "in"
"""The content's name on the wire, which is a word of Python."""


class UploadedFile(Output):
    """Where the file lies; its fields stand in `output` itself."""

    file_qury_no: clearing.FileQuryNo
    filename: clearing.Filename | None = None
    dld_endtime: clearing.DldEndtime | None = None
    fixmedins_code: session.FixmedinsCode | None = None


class UploadFile(Input[UploadedFile], node="fsUploadIn"):
    """文件上传 9101: upload a file; its number stands for it in later messages"""

    in_: session.FileBytes
    filename: clearing.Filename
    fixmedins_code: session.FixmedinsCode

    @field_validator("in_", mode="before")
    @classmethod
    def _content(cls, value: Any) -> bytes:
        """Bytes, or the signed numbers that stand for them on the wire."""
        if isinstance(value, bytes):
            return value
        try:
            return bytes(number + 0x100 if number < 0 else number for number in value)
        except (TypeError, ValueError):
            raise PydanticCustomError("element", "{label}: {english}", CONTENT_IS_BYTES) from None

    def to_wire(self) -> dict[str, Any]:
        signed = [number - 0x100 if number > 0x7F else number for number in self.in_]  # noqa: PLR2004 - a signed byte
        named = {"filename": self.filename, "fixmedins_code": self.fixmedins_code}
        return {"fsUploadIn": {WIRE_NAME: signed, **named}}

    @classmethod
    def from_wire(cls, nodes: dict[str, Any]) -> Self:
        main: Any = nodes.get("fsUploadIn")
        fields = dict(cast("dict[str, Any]", main)) if isinstance(main, dict) else {}
        if WIRE_NAME in fields:
            fields["in_"] = fields.pop(WIRE_NAME)
        return cls.model_validate(fields)


CONTENT_IS_BYTES = {"label": "文件数据", "english": "must be bytes", "chinese": "应为字节"}


class DownloadFile(Input[Nothing], node="fsDownloadIn"):
    """文件下载 9102: fetch a file by its number; the answer is the file, and an envelope only when it is refused"""

    file_qury_no: clearing.FileQuryNo
    filename: clearing.Filename
    fixmedins_code: session.FixmedinsCode
