-- When keys were last used, as one process saw it: `used` is how many seconds ago. With the owner's rights: they are of many
-- tenants.
CREATE OR REPLACE FUNCTION note_key_use(of_keys uuid[], used float8[]) RETURNS void LANGUAGE sql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE api_keys k SET last_used_at = u.at
    FROM (
        SELECT k.id, now() - make_interval(secs => g.ago) AS at
        FROM unnest(of_keys, used) AS g (id, ago) JOIN api_keys k USING (id)
        -- Two processes at once: in one order.
        ORDER BY k.id FOR NO KEY UPDATE OF k
    ) u
    WHERE k.id = u.id AND (k.last_used_at IS NULL OR k.last_used_at < u.at)
$$;
