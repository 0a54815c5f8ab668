-- Moves tags by what finished jobs cost beyond (or below) what was expected of them. Called by the claim, under its lock.
CREATE OR REPLACE FUNCTION correct_flows(of_lane text, corrections json) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    lowest float8;
BEGIN
    WITH moved AS (
        UPDATE flows f SET tag = f.tag + c.seconds / f.weight
        FROM json_to_recordset(corrections) AS c (tenant uuid, seconds float8)
        WHERE f.lane = of_lane AND f.tenant = c.tenant
        RETURNING f.tag
    )
    SELECT min(m.tag) INTO lowest FROM moved m;
    UPDATE lanes l SET floor = least(l.floor, lowest), next_floor = least(l.next_floor, lowest)
    WHERE l.name = of_lane AND l.next_floor > lowest;
END $$;
