-- Takes flows without claimable work out of the claims' sight, and only those: whoever is just committing work to one
-- holds KEY SHARE on it, and it is passed over.
CREATE OR REPLACE FUNCTION sleep_flows(of_lane text, tenants uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    held uuid[];
BEGIN
    SELECT array_agg(h.tenant) INTO held FROM (
        SELECT f.tenant FROM flows f
        WHERE f.lane = of_lane AND f.tenant = ANY (tenants)
        ORDER BY f.tenant FOR UPDATE SKIP LOCKED
    ) h;
    -- A statement of its own: it sees what was committed before the locks were taken.
    UPDATE flows f SET active = flow_work(f.lane, f.tenant)
    WHERE f.lane = of_lane AND f.tenant = ANY (held) AND f.active <> flow_work(f.lane, f.tenant);
END $$;
