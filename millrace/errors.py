"""One tree of errors: each class has a status, a code, and a message that tells the reader what to do."""

from typing import Any


class MillraceError(Exception):
    """Something went wrong on our side. Try again; if it stays, look at the server's log for this request id."""

    status = 500
    code = "internal_error"

    #: Whether the same request would only fail again, for clients that try again by themselves.
    hopeless = False

    def __init__(self, message: str | None = None, *, param: str | None = None, retry_after: int | None = None) -> None:
        self.message = message or (self.__doc__ or "").strip()
        self.param = param
        self.retry_after = retry_after
        super().__init__(self.message)

    def as_dict(self) -> dict[str, Any]:
        """`{code, message, param?}`: how a job keeps what went wrong with it."""
        found = {"code": self.code, "message": self.message, "param": self.param}
        return {key: value for key, value in found.items() if value is not None}


class BadRequest(MillraceError):
    """The request cannot be understood."""

    status = 400
    code = "bad_request"


class InvalidJSON(BadRequest):
    """The body must be JSON: an object, in UTF-8, with `Content-Type: application/json`."""

    code = "invalid_json"


class InvalidField(BadRequest):
    """A field has a value that cannot be used."""

    code = "invalid_field"


class UnknownModel(BadRequest):
    """No such model. `GET /api/v1/models` lists those there are."""

    code = "unknown_model"


class ModelUnable(BadRequest):
    """No model that you may use can answer this request."""

    code = "model_unable"


class Unauthorized(MillraceError):
    """Send your API key as `Authorization: Bearer mr_...`."""

    status = 401
    code = "unauthorized"

    def __init__(self, message: str | None = None, *, guess: bool = True) -> None:
        #: False where what was shown is genuine but over: its address is not counted as guessing.
        self.guess = guess
        super().__init__(message)


class Forbidden(MillraceError):
    """This API key may not do that."""

    status = 403
    code = "forbidden"


class ModelNotAllowed(Forbidden):
    """This API key may not use that model. `GET /api/v1/keys` shows which it may; its owner can change that."""

    code = "model_not_allowed"


class LocalOnly(Forbidden):
    """This platform is in local-only mode: models that let requests leave the house are not called."""

    code = "local_only"


class NotFound(MillraceError):
    """There is nothing here, or it is not yours."""

    status = 404
    code = "not_found"


class ContentFiltered(BadRequest):
    """Your organisation's filter does not let this pass."""

    code = "content_filter"


class ModelNotFound(NotFound):
    """No such model. `GET /v1/models` lists those there are."""

    code = "model_not_found"


class MethodNotAllowed(MillraceError):
    """This path does not know that method."""

    status = 405
    code = "method_not_allowed"


class Conflict(MillraceError):
    """The thing is not in a state in which that can be done."""

    status = 409
    code = "conflict"
    hopeless = True


class BodyTooLarge(MillraceError):
    """The body is larger than this server takes. Send less at a time, or a file as a batch."""

    status = 413
    code = "body_too_large"


class FileTooLarge(BodyTooLarge):
    """The file is larger than this platform takes. Split it."""

    code = "file_too_large"


class StorageFull(MillraceError):
    """Your tenant's files fill what it may store. Delete some, or ask your administrator for more."""

    status = 413
    code = "storage_full"


class InvalidForm(BadRequest):
    """The body must be a multipart form (`multipart/form-data`), whole, with the boundary that its header names."""

    code = "invalid_form"


class BodyTooSlow(MillraceError):
    """The body came too slowly, or not at all. Send it again."""

    status = 408
    code = "body_too_slow"


class UploadLost(MillraceError):
    """The upload took too long between two pieces, and was given up. Send the file again."""

    status = 409
    code = "upload_lost"


class RangeNotSatisfiable(MillraceError):
    """That range begins behind the end of the file."""

    status = 416
    code = "range_not_satisfiable"


class UnsupportedMediaType(MillraceError):
    """Send the body as `Content-Type: application/json`."""

    status = 415
    code = "unsupported_media_type"


class KeyReused(MillraceError):
    """This Idempotency-Key came before with another request. Use a new key for a new request."""

    status = 422
    code = "idempotency_key_reused"


class QuotaExceeded(MillraceError):
    """The quota of this month does not cover this request. Ask your administrator for more, or wait for next month."""

    status = 429
    code = "quota_exceeded"
    hopeless = True


class RateLimited(MillraceError):
    """Requests come faster than a limit allows. `Retry-After` says when the next may; `GET /api/v1/quota` shows all."""

    status = 429
    code = "rate_limited"


class Blocked(MillraceError):
    """Too many wrong keys or passwords came from here. Wait, or ask an administrator to lift the block."""

    status = 429
    code = "blocked"


class NotKept(MillraceError):
    """This is not kept any more: its request said `store: false`."""

    status = 410
    code = "not_kept"


class PullFailed(MillraceError):
    """The model could not be fetched. What came of it is kept: ask again, and it goes on from there."""

    status = 502
    code = "pull_failed"


class Unreadable(MillraceError):
    """What is stored here cannot be decrypted: it was changed, or the master key is not the one it was stored under."""

    code = "unreadable"


class BlobMissing(Unreadable):
    """What is stored here is gone from the file store. Ask your administrator, who may have a backup."""

    code = "blob_missing"
    hopeless = True


class BlobsUnavailable(MillraceError):
    """The file store does not answer, or is full. Nothing was changed; try again in a moment."""

    status = 503
    code = "blobs_unavailable"


class SourceRefused(BadRequest):
    """The bucket does not give this object: look at its name, its region and the credentials."""

    code = "source_refused"


class SourceUnavailable(MillraceError):
    """The bucket does not answer, or its answer broke off."""

    status = 502
    code = "source_unavailable"


class CallFailed(MillraceError):
    """The model did not answer this call."""

    status = 502
    code = "call_failed"

    def __init__(self, message: str, *, status: int, code: str, hopeless: bool = False) -> None:
        super().__init__(message)
        self.status, self.code, self.hopeless = status, code, hopeless


class CallTimedOut(MillraceError):
    """The call did not end in ten minutes, its wait in the queue included. Submit it as a job, and collect it later."""

    status = 504
    code = "timeout"


class ClientGone(MillraceError):
    """The client hung up before the answer was there."""

    status = 499
    code = "client_gone"


class Busy(MillraceError):
    """Too much of this is under way at this moment. Try again in a few seconds."""

    status = 503
    code = "busy"


class DatabaseUnavailable(MillraceError):
    """The database does not answer. Nothing was lost; try again in a moment."""

    status = 503
    code = "database_unavailable"
