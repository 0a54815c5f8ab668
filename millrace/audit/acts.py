"""What is noted: one name an act, in the past tense."""

from enum import StrEnum


class Act(StrEnum):
    """Sensitive acts. A name that has been written stays: rows are never changed."""

    registered = "registered"
    signed_in = "signed_in"
    sign_in_failed = "sign_in_failed"
    signed_out = "signed_out"
    session_revoked = "session_revoked"
    #: A refresh token came twice: it was stolen, and its session is over.
    refresh_reused = "refresh_reused"
    password_changed = "password_changed"
    password_reset_asked = "password_reset_asked"
    password_reset = "password_reset"
    address_verified = "address_verified"
    user_disabled = "user_disabled"
    user_enabled = "user_enabled"

    key_created = "key_created"
    key_changed = "key_changed"
    key_rotated = "key_rotated"
    key_revoked = "key_revoked"

    role_created = "role_created"
    role_changed = "role_changed"
    role_deleted = "role_deleted"
    member_added = "member_added"
    member_changed = "member_changed"
    member_removed = "member_removed"
    invitation_made = "invitation_made"
    invitation_accepted = "invitation_accepted"
    invitation_withdrawn = "invitation_withdrawn"

    tenant_created = "tenant_created"
    tenant_changed = "tenant_changed"
    tenant_suspended = "tenant_suspended"
    tenant_resumed = "tenant_resumed"

    quota_set = "quota_set"
    quota_removed = "quota_removed"
    tier_changed = "tier_changed"
    limit_changed = "limit_changed"
    price_set = "price_set"
    pricing_rule_set = "pricing_rule_set"
    soft_limit_crossed = "soft_limit_crossed"
    balance_corrected = "balance_corrected"
    alert_settled = "alert_settled"
    model_set = "model_set"
    model_deleted = "model_deleted"
    alias_set = "alias_set"
    alias_deleted = "alias_deleted"
    lane_set = "lane_set"
    lane_deleted = "lane_deleted"
    blocked = "blocked"
    block_lifted = "block_lifted"

    cache_purged = "cache_purged"
    guard_changed = "guard_changed"
    vendor_key_set = "vendor_key_set"
    vendor_key_deleted = "vendor_key_deleted"
    model_pulled = "model_pulled"
    model_removed = "model_removed"

    webhook_created = "webhook_created"
    webhook_changed = "webhook_changed"
    webhook_deleted = "webhook_deleted"
    #: By itself: its endpoint answered 410, or has failed for a week.
    webhook_disabled = "webhook_disabled"
    webhook_secret_rotated = "webhook_secret_rotated"
    webhook_secret_read = "webhook_secret_read"

    schedule_created = "schedule_created"
    schedule_changed = "schedule_changed"
    schedule_paused = "schedule_paused"
    schedule_resumed = "schedule_resumed"
    schedule_deleted = "schedule_deleted"

    exported = "exported"
    #: Somebody who runs the platform looked at what is a tenant's; `target` says at what.
    admin_read = "admin_read"

    signing_key_rotated = "signing_key_rotated"
    data_key_rotated = "data_key_rotated"
    master_key_rotated = "master_key_rotated"
    resealed = "resealed"


#: What anybody can cause without being known, as often as they like: written coarsely (repeats.py).
COARSE = frozenset({Act.sign_in_failed, Act.password_reset_asked})
