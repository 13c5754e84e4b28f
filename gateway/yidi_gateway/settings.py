"""Every setting, typed, each with its reason.

`YIDI_...` of the environment (nested with `__`) goes before `gateway.toml`; secrets come from files.

Unknown keys are refused with one sentence that names the key. Relative paths count from the configuration file.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from yidi_gateway.policy import Timing

SQLITE = "sqlite:///"
Seconds = Annotated[float, Field(gt=0, le=3600)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Scope = Literal["query", "settle", "refund", "reconcile", "admin"]


class BadSettings(ValueError):
    """The configuration cannot be used. The text is one plain sentence that names the setting."""


class Section(BaseModel):
    """A table of the file. A key that is not named here is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PlatformSettings(Section):
    """Where submissions go."""

    url: str = Field(description="address of the platform on the private line; must not resolve to a public address")
    profile: Line = Field(default="national", description="what differs by province, as data: a name, or a TOML file")
    path: Literal["single", "per_infno"] | None = Field(
        default=None, description="one path for all transactions, or one path each; left out: as the profile says"
    )
    secret_file: Path | None = Field(
        default=None, description="TOML file with the header secret of the profile's signature scheme; never in here"
    )

    errors_files: tuple[Path, ...] = Field(
        default=(), description="TOML files with more rows for the error catalogue, for a province's own texts"
    )

    @field_validator("url")
    @classmethod
    def is_an_address(cls, url: str) -> str:
        """http or https, a host, and nothing secret in it."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be http://HOST:PORT or https://HOST:PORT")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("must carry no user, password, query or fragment")
        return url.rstrip("/")


class InstitutionSettings(Section):
    """Who we are, as the insurance office has registered us."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,12}$")] = Field(
        description="fixmedins_code, 12 characters; begins every msgid"
    )
    name: Line = Field(description="fixmedins_name, sent with every message")
    division: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")] = Field(
        description="mdtrtarea_admvs; its first two digits decide who is cross-province"
    )
    level: Line = Field(default="3", description="hospital level, for forms and checks")
    services: tuple[Literal["outpatient", "chronic", "inpatient"], ...] | None = Field(
        default=None, description="services opened for cross-province settlement; left out: the platform decides"
    )
    open_diseases: tuple[Line, ...] | None = Field(
        default=None, description="chronic diseases opened here; left out: the platform decides"
    )


class OperatorSettings(Section):
    """Who acts when a call names nobody."""

    id: Line = Field(default="0001", description="opter, signs in at the platform")
    name: Line = Field(default="gateway", description="opter_name")
    kind: Line = Field(default="1", description="opter_type: 1 counter, 2 self-service, 3 mobile")


class JournalSettings(Section):
    """The memory. Nothing is sent that is not kept here first."""

    url: str = Field(
        default="sqlite:///yidi.db", description="sqlite:///FILE for one node, postgresql+psycopg://... for several"
    )
    key_file: Path | None = Field(
        default=None, description="key that encrypts personal fields at rest; left out: a file beside the database"
    )


class TimingSettings(Section):
    """Limits and waits, in seconds."""

    connect_s: Seconds = Field(default=5, description="to reach the platform; longer means the line is down")
    query_s: Seconds = Field(default=10, description="for the answer to a query or a trial")
    upload_s: Seconds = Field(default=30, description="for the answer to an upload")
    commit_s: Seconds = Field(default=30, description="for the answer to a message that moves money")
    commit_inpatient_s: Seconds = Field(default=60, description="the same for a stay, whose bill is longer")
    quiet_s: Seconds = Field(
        default=150, description="only a query asked later than this may say that it never happened"
    )
    caller_patience_s: Seconds = Field(default=25, description="how long a HIS waits before it is told pending")

    def for_engine(self) -> Timing:
        """The engine's own record."""
        return Timing(**self.model_dump())


class CallerSettings(Section):
    """A HIS that may call, with its key and its rights."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,50}$")] = Field(description="name of the caller")
    key_file: Path = Field(description="file with the caller's key; readable by the gateway alone")
    scopes: tuple[Scope, ...] = Field(
        default=("query",), description="query, settle, refund, reconcile; admin for downtime windows"
    )
    tills: tuple[Line, ...] = Field(
        default=(), description="operator ids it may act as, such as 0001-0099; empty: any operator"
    )
    calls_per_s: float = Field(default=1000, gt=0, le=100_000, description="calls a second in the long run")
    burst: int = Field(default=2000, ge=1, le=100_000, description="calls at once after a rest")


class NationalCallerSettings(Section):
    """A HIS on the national door, which sends no key: known by its address."""

    network: Line = Field(description="private network or address it calls from, such as 192.168.10.0/24")
    caller: Line = Field(description="name of the caller in [access] that it counts as")


class NationalSettings(Section):
    """The national door: a HIS that speaks the platform's envelope and only changes its URL."""

    enabled: bool = Field(default=True, description="whether the platform's own paths are answered")
    callers: tuple[NationalCallerSettings, ...] = Field(
        default=(), description="who calls by address; empty: this machine stands for the one caller that may settle"
    )


class LegacyCallerSettings(Section):
    """An older program on the national door: how it writes, and how it reads."""

    caller: Line = Field(description="name of the caller in [access]")
    charset: Literal["utf-8", "gb18030"] = Field(default="utf-8", description="gb18030 for GBK programs; never guessed")
    answer: Literal["national", "code_data"] = Field(
        default="national", description='code_data: {"Code":"1" or "-1","ErrorMsg","Data"} in place of infcode'
    )
    infcode: Literal["as_given", "number", "text"] = Field(default="as_given", description='text: "0" instead of 0')
    amounts: Literal["as_given", "number", "text"] = Field(default="as_given", description='text: "12.10", not 12.10')
    longest_answer: int = Field(
        default=20_000_000, ge=500, le=20_000_000, description="bytes that its buffer takes, such as 1000000"
    )


class LegacySettings(Section):
    """Older programs: how each is spoken to."""

    callers: tuple[LegacyCallerSettings, ...] = Field(
        default=(),
        description="{ caller, charset = utf-8|gb18030, answer = national|code_data, infcode and amounts ="
        " as_given|number|text, longest_answer = bytes }",
    )
    dll_call: bool = Field(default=False, description="whether POST /dll/call is answered, on this machine only")
    ask_by_get: bool = Field(default=False, description="whether questions about no person may be asked by GET")
    origins: tuple[Line, ...] = Field(
        default=(), description="web pages of a HIS that may call from a browser, such as http://his.hospital.internal"
    )


class EgressSettings(Section):
    """Addresses outside the private ranges that the platform may have."""

    cidr: Line = Field(description="network, such as 203.0.113.0/28")
    reason: Line = Field(description="why, in writing; kept in the audit log")


class AccessSettings(Section):
    """Who may call, and where the gateway may be reached and may reach."""

    callers: tuple[CallerSettings, ...] = Field(min_length=1, description="at least one; each has a key file")
    allow_public_bind: bool = Field(default=False, description="bind an address that is not private: asks for a reason")
    public_bind_reason: str = Field(default="", description="why, in writing; kept in the audit log")
    allow_egress: tuple[EgressSettings, ...] = Field(
        default=(), description="platform addresses outside the private ranges, each with a reason"
    )


class ServerSettings(Section):
    """Where the gateway listens."""

    host: Line = Field(default="127.0.0.1", description="loopback or a private address")
    port: int = Field(default=8700, ge=0, le=65535, description="0: a free port, named in the ready line")


class LogSettings(Section):
    """The log: one JSON object a line on stderr, named fields only."""

    level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="least level that is kept")


class Settings(BaseSettings):
    """All of it. `base` is where relative paths count from."""

    model_config = SettingsConfigDict(
        env_prefix="YIDI_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        nested_model_default_partial_update=True,
    )

    platform: PlatformSettings
    institution: InstitutionSettings
    operator: OperatorSettings = OperatorSettings()
    journal: JournalSettings = JournalSettings()
    timing: TimingSettings = TimingSettings()
    access: AccessSettings
    national: NationalSettings = NationalSettings()
    legacy: LegacySettings = LegacySettings()
    server: ServerSettings = ServerSettings()
    log: LogSettings = LogSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment goes before the file."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings

    def located(self, base: Path) -> Self:
        """The same with every relative path counted from `base`."""

        def here(path: Path | None) -> Path | None:
            return None if path is None else base / path

        journal, platform = self.journal, self.platform
        callers = tuple(c.model_copy(update={"key_file": base / c.key_file}) for c in self.access.callers)
        moved = {"url": _journal_url(journal.url, base), "key_file": here(journal.key_file)}
        profile = str(base / platform.profile) if platform.profile.endswith(".toml") else platform.profile
        errors = tuple(base / path for path in platform.errors_files)
        where = {"secret_file": here(platform.secret_file), "profile": profile, "errors_files": errors}
        return self.model_copy(
            update={
                "platform": platform.model_copy(update=where),
                "journal": journal.model_copy(update=moved),
                "access": self.access.model_copy(update={"callers": callers}),
            }
        )


def load(path: Path) -> Settings:
    """Read the file and the environment. Raises BadSettings with one sentence."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadSettings(
            f"configuration file {path.name} not found: `yidi-gateway sample-config` prints one"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"configuration file {path.name} cannot be read: {type(error).__name__}") from None
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"configuration file {path.name} is not TOML: {error}") from None
    return from_mapping(given).located(path.resolve().parent)


def from_mapping(given: Mapping[str, Any]) -> Settings:
    """Settings from the file's content and the environment. Raises BadSettings."""
    try:
        return Settings(**given)
    except ValidationError as error:
        raise BadSettings(_sentence(error)) from None
    except SettingsError as error:
        raise BadSettings(f"environment: {error}") from None


def _sentence(error: ValidationError) -> str:
    """One wrong setting by its name, an unknown one first; how many more there are."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    first = min(found, key=lambda wrong: wrong["type"] != "extra_forbidden")
    table, *rest = [str(part) for part in first["loc"]]
    name = f"[{table}] {'.'.join(rest)}".strip()
    if first["type"] == "extra_forbidden":
        told = f"{name} is not a setting"
    elif first["type"] == "missing":
        told = f"{name} is missing"
    else:
        told = f"{name}: {first['msg'].removeprefix('Value error, ')}"
    return told if len(found) == 1 else f"{told}; and {len(found) - 1} more"


def _journal_url(url: str, base: Path) -> str:
    """A relative SQLite file counts from the configuration file too."""
    name = url.removeprefix(SQLITE)
    if not url.startswith(SQLITE) or name in ("", ":memory:"):
        return url
    return SQLITE + str(base / name)


SAMPLE_VALUES: dict[str, str] = {
    "platform.url": '"http://127.0.0.1:8701"',
    "institution.code": '"H50010300001"',
    "institution.name": '"示例市人民医院"',
    "institution.division": '"500103"',
    "access.callers": '[{ id = "his", key_file = "his.key", scopes = ["query", "settle", "refund", "reconcile"] }]',
}


def sample() -> str:
    """A configuration with every setting and its reason; what has no default and need not be set is commented out."""
    lines = ["# gateway.toml: every setting, with its reason. The environment goes before it: YIDI_SERVER__PORT=8700."]
    for table, field in Settings.model_fields.items():
        section = field.annotation
        if not isinstance(section, type) or not issubclass(section, Section):
            continue
        lines += ["", f"[{table}]  # {(section.__doc__ or '').strip()}"]
        for name, setting in section.model_fields.items():
            lines.append(f"# {setting.description}")
            given = SAMPLE_VALUES.get(f"{table}.{name}")
            lines.append(f"{name} = {given}" if given else _default_line(name, setting.default))
    return "\n".join(lines) + "\n"


def _default_line(name: str, value: Any) -> str:
    if value is None:
        return f"# {name} ="
    if isinstance(value, bool):
        return f"{name} = {str(value).lower()}"
    if isinstance(value, tuple):
        return f"{name} = []"
    if isinstance(value, (int, float)):
        return f"{name} = {value}"
    return f'{name} = "{value}"'
