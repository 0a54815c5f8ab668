-- Forgets what is long over: sessions and their refresh tokens, mailed tokens, mails, signing keys. With the owner's rights:
-- workers see nothing of accounts.
CREATE OR REPLACE FUNCTION forget_identity() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    -- A month in which their owners can still see what ended them.
    DELETE FROM sessions s WHERE least(s.revoked_at, s.expires_at) < now() - interval '30 days';
    -- Those of a session that lives tell a theft by coming again; after so long they are merely unknown.
    DELETE FROM refresh_tokens r WHERE r.used_at < now() - interval '30 days';
    DELETE FROM mailed_tokens t WHERE t.expires_at < now() - interval '7 days';
    DELETE FROM mails m
    WHERE m.sent_at < now() - interval '7 days' OR (m.due_at = 'infinity' AND m.created_at < now() - interval '30 days');
    DELETE FROM signing_keys k WHERE k.published_until < now();
$$;
