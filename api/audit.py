"""The audit log: a tenant's own, everybody's for those who run the platform, and the proof that nothing was changed."""

import json
from typing import Any

from api.address import address
from api.audit_shapes import (
    AdminAuditEntry,
    AdminAuditList,
    AdminAuditQuery,
    AuditEntry,
    AuditList,
    AuditQuery,
    AuditVerdict,
    HeadQuery,
)
from api.auth import caller
from api.operations import operation
from api.pages import cursor, page
from api.shapes import Problem
from millrace import audit, ids
from millrace.audit import Act, chain, reading
from millrace.audit.reading import Entry, Filters
from millrace.errors import InvalidField
from millrace.identity.permissions import Permission


@operation(
    "GET /api/v1/audit",
    summary="Read the audit log",
    tag="Audit",
    permission=Permission.audit_read,
    query=AuditQuery,
    answers={200: AuditList, 400: Problem},
)
def list_audit(query: AuditQuery) -> AuditList:
    """Sign-ins, and what was changed in your tenant: newest first. Narrow it by act, actor, target and time."""
    found = reading.of_tenant(caller().tenant, _filters(query), query.limit + 1)
    return page(AuditList, [AuditEntry(**_shape(each)) for each in found], query.limit)


@operation(
    "GET /api/v1/admin/audit",
    summary="Read everybody's audit log",
    tag="Administration",
    permission=Permission.platform_admin,
    query=AdminAuditQuery,
    answers={200: AdminAuditList, 400: Problem},
)
def list_all_audit(query: AdminAuditQuery) -> AdminAuditList:
    """Across tenants, newest first. That you read it is noted, too."""
    tenant = ids.parse("ten", query.tenant) if query.tenant else None
    if query.tenant and tenant is None:
        raise InvalidField("tenant: the id of a tenant, `ten_...`.", param="tenant")
    asked = query.model_dump(exclude_none=True, exclude={"limit"})
    whose = tenant or caller().tenant
    audit.note(
        Act.admin_read, actor=caller().actor, tenant=whose, target="audit", details=asked, address=address() or None
    )
    found = reading.of_all(tenant, _filters(query), query.limit + 1)
    return page(AdminAuditList, [_admin_entry(each) for each in found], query.limit)


@operation(
    "GET /api/v1/admin/audit/verify",
    summary="Verify the audit log",
    tag="Administration",
    permission=Permission.platform_admin,
    query=HeadQuery,
    answers={200: AuditVerdict, 400: Problem},
)
def verify_audit(query: HeadQuery) -> AuditVerdict:
    """Walks the whole chain of hashes. `head` says where it ends; give one from before, to see a cut-off end."""
    seq, _, hash = (query.head or "").partition(":")
    found = chain.verify((int(seq), bytes.fromhex(hash)) if query.head else None)
    return AuditVerdict(
        whole=found.broken is None,
        broken=found.broken,
        reason=found.reason,
        head=f"{found.seq}:{found.hash.hex()}",
    )


def _filters(query: AuditQuery) -> Filters:
    after = cursor("aud", query.after)
    return Filters(query.act, query.actor, query.target, query.moment("since"), query.moment("until"), after)


def _admin_entry(entry: Entry) -> AdminAuditEntry:
    tenant = ids.show("ten", entry.tenant) if entry.tenant else None
    return AdminAuditEntry(**_shape(entry), tenant=tenant, seq=entry.seq, hash=entry.hash.hex())


def _shape(entry: Entry) -> dict[str, Any]:
    return {
        "id": ids.show("aud", entry.id),
        "at": int(entry.at.timestamp()),
        "act": entry.act,
        "actor": entry.actor,
        "target": entry.target,
        "details": json.loads(entry.details),
        "address": entry.address,
    }
