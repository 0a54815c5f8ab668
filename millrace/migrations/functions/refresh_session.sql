-- Takes a refresh token, which is good once, and gives another in its place. One that comes again was stolen, or its owner's
-- was: the session ends. With the owner's rights: whoever presents it is not known yet.
--
-- Answers ('refreshed', session, user, tenant); ('unknown'); ('ended', session, user); ('reused', session, user) when this
-- call ended it; ('no_tenant', session, user) with the token as good as before. Bears being sent again: `new_hash` is this
-- call's alone.
CREATE OR REPLACE FUNCTION refresh_session(old_hash bytea, new_hash bytea, wanted uuid, days float8)
RETURNS TABLE (outcome text, of_session uuid, of_user uuid, of_tenant uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    it sessions;
    used timestamptz;
    picked uuid;
BEGIN
    -- Those who come with one session's tokens take turns; the second one reads what the first one wrote.
    SELECT s.* INTO it FROM sessions s
    WHERE s.id = (SELECT r.session FROM refresh_tokens r WHERE r.hash = old_hash) FOR UPDATE;
    IF it.id IS NULL THEN
        RETURN QUERY SELECT 'unknown', NULL::uuid, NULL::uuid, NULL::uuid;
        RETURN;
    END IF;
    IF EXISTS (SELECT 1 FROM refresh_tokens r WHERE r.hash = new_hash) THEN
        RETURN QUERY SELECT 'refreshed', it.id, it.user_id, it.tenant;
        RETURN;
    END IF;
    IF it.revoked_at IS NOT NULL OR it.expires_at <= clock_timestamp()
        OR EXISTS (SELECT 1 FROM users u WHERE u.id = it.user_id AND u.disabled_at IS NOT NULL) THEN
        RETURN QUERY SELECT 'ended', it.id, it.user_id, it.tenant;
        RETURN;
    END IF;

    SELECT r.used_at INTO used FROM refresh_tokens r WHERE r.hash = old_hash;
    IF used IS NOT NULL THEN
        UPDATE sessions SET revoked_at = clock_timestamp(), revoked_for = 'reuse' WHERE id = it.id;
        RETURN QUERY SELECT 'reused', it.id, it.user_id, it.tenant;
        RETURN;
    END IF;

    picked := pick_tenant(it.user_id, wanted, it.tenant);
    IF picked IS NULL THEN
        RETURN QUERY SELECT 'no_tenant', it.id, it.user_id, it.tenant;
        RETURN;
    END IF;
    UPDATE refresh_tokens SET used_at = clock_timestamp() WHERE hash = old_hash;
    INSERT INTO refresh_tokens (hash, session) VALUES (new_hash, it.id);
    UPDATE sessions SET tenant = picked, refreshed_at = clock_timestamp(),
        expires_at = clock_timestamp() + make_interval(secs => days * 86400)
    WHERE id = it.id;
    RETURN QUERY SELECT 'refreshed', it.id, it.user_id, picked;
END $$;
