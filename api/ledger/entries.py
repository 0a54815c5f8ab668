"""Ledger entries: what each job used and cost."""

from flask import Response, request

from api.auth import caller
from api.ledger.noting import note
from api.ledger.shapes import EntryInfo, EntryList, LedgerQuery
from api.ledger.usage import moment
from api.money import usd
from api.operations import operation
from api.pages import cursor, page, seconds
from api.shapes import Problem
from millrace import ids
from millrace.audit import Act
from millrace.identity.permissions import Permission
from millrace.ledger import entries
from millrace.ledger.entries import BEGIN, END, Entry, Span

CSV = "text/csv"


@operation(
    "GET /api/v1/ledger",
    summary="Ledger entries",
    tag="Usage",
    permission=Permission.usage_read,
    query=LedgerQuery,
    headers={"Accept": "`text/csv`: all of them at once, as a file."},
    also=CSV,
    answers={200: EntryList, 400: Problem},
)
def list_ledger(query: LedgerQuery) -> EntryList | Response:
    """An entry for each job that ended, newest first. They are never changed."""
    span = Span(moment(query.since) or BEGIN, moment(query.until) or END)
    if request.accept_mimetypes.best_match(["application/json", CSV]) == CSV:
        return _export(span)
    found = entries.page(caller().tenant, span, cursor("job", query.after), query.limit + 1)
    return page(EntryList, [_info(each) for each in found], query.limit)


def _export(span: Span) -> Response:
    """Flat in memory, however long it is; noted in the audit log before the first line is read."""
    details = {"from": span.since.isoformat(), "to": span.until.isoformat()}
    note(Act.exported, "ledger", details)
    answer = Response(entries.export(caller().tenant, span), mimetype=CSV)
    answer.headers["Content-Disposition"] = 'attachment; filename="ledger.csv"'
    return answer


def _info(entry: Entry) -> EntryInfo:
    return EntryInfo(
        id=ids.show("job", entry.job),
        object="ledger_entry",
        model=entry.model,
        endpoint=entry.endpoint,
        outcome=entry.outcome,
        input_tokens=entry.input_tokens,
        cached_tokens=entry.cached_tokens,
        output_tokens=entry.output_tokens,
        estimated=entry.estimated,
        cache=entry.cache,
        cost_usd=usd(entry.nanos + entry.overage_nanos),
        overage_usd=usd(entry.overage_nanos),
        api_key=ids.show("key", entry.api_key) if entry.api_key else None,
        user=ids.show("user", entry.user) if entry.user else None,
        entered_at=seconds(entry.entered_at) or 0,
        own_key=entry.own_key,
    )
