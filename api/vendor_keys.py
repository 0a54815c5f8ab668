"""Vendor keys: a tenant's own API keys for the vendors behind its models."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from api.auth import caller
from api.identity.asking import actor
from api.operations import operation
from api.pages import seconds
from api.shapes import Problem
from millrace.identity.permissions import Permission
from millrace.vendor_keys import keeping
from millrace.vendor_keys.keeping import VendorKey
from millrace.vendor_keys.reach import parsed

PATH = "/api/v1/vendor-keys/<path:id>"


class NewVendorKey(BaseModel):
    """An API key as the vendor gave it to you."""

    model_config = ConfigDict(
        extra="forbid", str_strip_whitespace=True, json_schema_extra={"example": {"key": "sk-proj-..."}}
    )

    key: SecretStr = Field(min_length=1, max_length=4096, description="Never shown again.")


class VendorKeyInfo(BaseModel):
    """A vendor key, without the key."""

    id: str = Field(description="What it is for: `<engine>`, or `<engine>/<model>`.")
    object: Literal["vendor_key"] = "vendor_key"
    engine: str
    model: str | None
    server: str = Field(description="The only one that it is sent to.")
    hint: str = Field(description="Its last four characters.")
    good: bool = Field(description="False: the catalog names another server now. Set it again, or delete it.")
    set_at: int
    used_at: int | None
    rejected_at: int | None = Field(description="When the vendor last did not take it.")


class VendorKeyList(BaseModel):
    """All there are."""

    object: Literal["list"] = "list"
    data: list[VendorKeyInfo]


@operation(
    "GET /api/v1/vendor-keys",
    summary="List vendor keys",
    tag="Vendor keys",
    permission=Permission.tenant_read,
    answers={200: VendorKeyList},
)
def list_vendor_keys() -> VendorKeyList:
    """Your organisation's own keys for vendors: what each is for, and how it does."""
    return VendorKeyList(object="list", data=[_info(each) for each in keeping.find_all(caller().tenant)])


@operation(
    f"GET {PATH}",
    summary="Look at a vendor key",
    tag="Vendor keys",
    permission=Permission.tenant_read,
    answers={200: VendorKeyInfo, 404: Problem},
)
def show_vendor_key(id: str) -> VendorKeyInfo:
    """The key itself is shown to nobody."""
    return _info(keeping.find(caller().tenant, parsed(id)))


@operation(
    f"PUT {PATH}",
    summary="Set a vendor key",
    tag="Vendor keys",
    permission=Permission.tenant_admin,
    body=NewVendorKey,
    answers={200: VendorKeyInfo, 404: Problem, 409: Problem},
)
def put_vendor_key(id: str, body: NewVendorKey) -> VendorKeyInfo:
    """For an engine at its own address (`openai`, `anthropic`, `ollama`), or for one model (`compatible/llama3`), which
    wins. In force within two seconds on every process. What it pays for costs nothing here."""
    return _info(keeping.put(actor(), parsed(id), body.key.get_secret_value()))


@operation(
    f"DELETE {PATH}",
    summary="Delete a vendor key",
    tag="Vendor keys",
    permission=Permission.tenant_admin,
    answers={204: "It is gone; the platform's own is used, if there is one.", 404: Problem},
)
def delete_vendor_key(id: str) -> Any:
    """Within two seconds on every process. Calls under way are finished."""
    keeping.delete(actor(), parsed(id))
    return "", 204


def _info(key: VendorKey) -> VendorKeyInfo:
    return VendorKeyInfo(
        id=key.reach.id,
        object="vendor_key",
        engine=key.reach.engine,
        model=key.reach.model or None,
        server=key.server,
        hint=key.hint,
        good=key.good,
        set_at=seconds(key.set_at) or 0,
        used_at=seconds(key.used_at),
        rejected_at=seconds(key.rejected_at),
    )
