-- Makes a tenant's monthly quota of requests what its tier says: one row with `of_tier`, none where the tier has no limit. A quota
-- that an admin set in its place stays. Call it in the transaction that made the tenant or changed its tier, not where that stays
-- (an edit of the tier waits for its tenants: apply_tier_quotas). With the owner's rights: it writes nothing but what the tier says.
CREATE OR REPLACE FUNCTION apply_tier_quota(of_tenant uuid) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- An edit of the tier and a move into it take turns. Two moves of one tenant do at its own row.
    PERFORM 1 FROM tiers r JOIN tenants t ON t.tier = r.name WHERE t.id = of_tenant FOR SHARE OF r;

    DELETE FROM quotas q USING tenants t, tiers r
    WHERE t.id = of_tenant AND r.name = t.tier AND r.requests_per_month IS NULL AND q.tenant = t.id AND q.of_tier;

    INSERT INTO quotas AS q (tenant, unit, hard_limit, of_tier)
    SELECT t.id, 'requests', r.requests_per_month, true FROM tenants t JOIN tiers r ON r.name = t.tier
    WHERE t.id = of_tenant AND r.requests_per_month IS NOT NULL
    ON CONFLICT (tenant, api_key, model, unit, own) DO UPDATE SET hard_limit = excluded.hard_limit
    WHERE q.of_tier AND q.hard_limit IS DISTINCT FROM excluded.hard_limit;
END $$;
