-- Makes a user the member that an invitation to their address asked for, once; answers which tenant and invitation, or no row.
-- The token came to that address by mail, so the address is theirs. With the owner's rights: they are no member yet.
CREATE OR REPLACE FUNCTION accept_invitation(of_token bytea, by_user uuid)
RETURNS TABLE (invitation uuid, of_tenant uuid, as_role text) LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    found_one record;
BEGIN
    SELECT i.id, i.tenant, i.role INTO found_one
    FROM invitations i JOIN users u ON u.id = by_user AND u.email_key = i.email
    WHERE i.token_hash = of_token AND i.accepted_at IS NULL AND i.withdrawn_at IS NULL AND i.expires_at > clock_timestamp()
    FOR NO KEY UPDATE OF i;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    UPDATE invitations i SET accepted_at = now() WHERE i.id = found_one.id;
    INSERT INTO members (tenant, user_id, role) VALUES (found_one.tenant, by_user, found_one.role) ON CONFLICT DO NOTHING;
    UPDATE users u SET verified_at = now() WHERE u.id = by_user AND u.verified_at IS NULL;
    RETURN QUERY SELECT found_one.id, found_one.tenant, found_one.role;
END $$;
