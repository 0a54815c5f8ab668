-- Which of these keys and sessions are not good any more: whoever holds a connection open asks every half second.
CREATE OR REPLACE FUNCTION gone_callers(of_keys uuid[], of_sessions uuid[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT g.id FROM unnest(of_keys) AS g (id) WHERE NOT EXISTS (
        SELECT 1 FROM api_keys k
        JOIN tenants t ON t.id = k.tenant
        LEFT JOIN users u ON u.id = k.created_by
        WHERE k.id = g.id AND u.disabled_at IS NULL AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())
        AND t.suspended_at IS NULL
    )
    UNION ALL
    SELECT g.id FROM unnest(of_sessions) AS g (id) WHERE NOT EXISTS (
        SELECT 1 FROM sessions s
        JOIN users u ON u.id = s.user_id
        JOIN members m ON m.tenant = s.tenant AND m.user_id = s.user_id
        JOIN tenants t ON t.id = s.tenant
        WHERE s.id = g.id AND s.revoked_at IS NULL AND s.expires_at > clock_timestamp()
        AND u.disabled_at IS NULL AND t.suspended_at IS NULL
    )
$$;
