"""Files, up and down: bytes in a list of signed numbers on the way up, the file itself and no envelope on the way down."""

from typing import Any, ClassVar, Self, cast

from pydantic import field_validator
from pydantic_core import PydanticCustomError

from yidi_sdk.elements import clearing, session
from yidi_sdk.message import Input, Output

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


class DownloadedFile(Output):
    """The file itself: `content` is a whole ZIP archive, every checksum in it right (`yidi_sdk.archive` unpacks it).

    It is the one answer without an envelope, so nothing in it says whose it is, and no scheme of signing covers it.
    """

    is_file: ClassVar[bool] = True
    content: session.FileBytes

    @field_validator("content", mode="before")
    @classmethod
    def _bytes_alone(cls, value: Any) -> bytes:
        """An envelope can hold a text or a list, but no bytes: what comes in one is not the file."""
        if isinstance(value, bytes):
            return value
        raise PydanticCustomError("element", "{label}: {english}", CONTENT_IS_BYTES)


class DownloadFile(Input[DownloadedFile], node="fsDownloadIn"):
    """文件下载 9102: fetch a file by its number; the answer is the file, and an envelope only when it is refused"""

    file_qury_no: clearing.FileQuryNo
    filename: clearing.Filename
    fixmedins_code: session.FixmedinsCode
