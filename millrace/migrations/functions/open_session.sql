-- Opens a session, unless the password was changed since it was verified (`as_of`): a change ends every session, and none may
-- slip in behind it. With the owner's rights: whoever signs in is not known yet.
--
-- Answers ('opened', tenant); ('changed', NULL); ('no_tenant', NULL). Bears being sent again.
CREATE OR REPLACE FUNCTION open_session(
    new_id uuid, of_user uuid, as_of timestamptz, wanted uuid, agent text, from_address text, refresh bytea, days float8
) RETURNS TABLE (outcome text, of_tenant uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    picked uuid;
BEGIN
    PERFORM 1 FROM users u WHERE u.id = of_user AND u.password_changed_at = as_of AND u.disabled_at IS NULL FOR SHARE;
    IF NOT FOUND THEN
        RETURN QUERY SELECT 'changed', NULL::uuid;
        RETURN;
    END IF;
    picked := pick_tenant(of_user, wanted, (
        SELECT s.tenant FROM sessions s WHERE s.user_id = of_user ORDER BY s.created_at DESC LIMIT 1
    ));
    IF picked IS NULL THEN
        RETURN QUERY SELECT 'no_tenant', NULL::uuid;
        RETURN;
    END IF;
    INSERT INTO sessions (id, user_id, tenant, user_agent, address, expires_at)
    VALUES (new_id, of_user, picked, agent, from_address, clock_timestamp() + make_interval(secs => days * 86400))
    ON CONFLICT DO NOTHING;
    INSERT INTO refresh_tokens (hash, session) VALUES (refresh, new_id) ON CONFLICT DO NOTHING;
    RETURN QUERY SELECT 'opened', picked;
END $$;
