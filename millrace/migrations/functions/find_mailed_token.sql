-- Whose a mailed token is, while it is good. With the owner's rights: whoever brings it is not known yet.
CREATE OR REPLACE FUNCTION find_mailed_token(of_hash bytea, for_purpose text) RETURNS TABLE (
    user_id uuid, email text, username text
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT u.id, u.email, u.username FROM mailed_tokens t JOIN users u ON u.id = t.user_id
    WHERE t.hash = of_hash AND t.purpose = for_purpose AND t.used_at IS NULL AND t.expires_at > clock_timestamp()
    AND u.disabled_at IS NULL
$$;
