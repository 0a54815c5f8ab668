-- Claims the fairest due jobs of a lane for the free slots of one process, in one transaction.
--
-- Between tenants: start-time fair queueing. Each flow has a tag in seconds of slot time; the least tag goes first, and
-- a claim moves it on by the job's expected cost over the tenant's weight. `corrections` ([{tenant, seconds}]) bring
-- what earlier claims really cost. Inside a flow: the classes share by weight in the same way, and within a class the
-- earliest deadline goes first. `slots` jobs at most, of any class; `kept` more, of the interactive class only.
--
-- Claims of a lane take turns (advisory lock), so the order is exact and a tag moves once. Two lower bounds keep them
-- from wading through dead index entries while an old snapshot is open: lanes.floor (no awake flow has a lesser tag) and
-- queues.head (no claimable job of the queue has a lesser key).
CREATE OR REPLACE FUNCTION claim_jobs(
    of_lane text, by_process uuid, slots integer, kept integer, corrections json, at timestamptz
) RETURNS SETOF claimed_job LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    lane lanes;
    candidates uuid[];
    tried uuid[] := '{}';
    barren uuid[];
    saving uuid[];
    got claimed_job[];
    lowest float8;
    wanted integer := slots;
    reach smallint := 2;
    turn integer;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(of_lane, 7));
    IF corrections IS NOT NULL THEN
        PERFORM correct_flows(of_lane, corrections);
    END IF;
    SELECT l.* INTO lane FROM lanes l WHERE l.name = of_lane;
    IF NOT FOUND THEN
        RETURN;
    END IF;

    FOR turn IN 1..100 LOOP
        IF wanted <= 0 THEN
            EXIT WHEN reach = 0 OR kept <= 0;
            wanted := kept;
            kept := 0;
            reach := 0;
            tried := '{}';
        END IF;

        IF reach = 2 THEN
            SELECT array_agg(a.tenant), min(a.tag) INTO candidates, lowest FROM (
                SELECT f.tenant, f.tag FROM flows f
                WHERE f.lane = of_lane AND f.active <> 0 AND f.tag >= lane.floor AND f.tenant <> ALL (tried)
                ORDER BY f.tag LIMIT least(wanted, 64)
            ) a;
        ELSE
            SELECT array_agg(a.tenant), min(a.tag) INTO candidates, lowest FROM (
                SELECT f.tenant, f.tag FROM flows f
                WHERE f.lane = of_lane AND f.active & 1 = 1 AND f.tag >= lane.floor AND f.tenant <> ALL (tried)
                ORDER BY f.tag LIMIT least(wanted, 64)
            ) a;
        END IF;
        EXIT WHEN candidates IS NULL;

        SELECT array_agg(c) INTO got
        FROM claim_from(of_lane, candidates, wanted, reach, by_process, at) c;
        SELECT l.* INTO lane FROM lanes l WHERE l.name = of_lane;
        IF reach = 2 AND tried = '{}' THEN
            PERFORM raise_floor(of_lane, lowest);
        END IF;

        -- A flow that was passed over for greater tags has nothing to give: it sleeps, or it would save up for later. So do
        -- empty ones that are many, since every claim looks at them.
        SELECT array_agg(f.tenant), array_agg(f.tenant) FILTER (WHERE f.tag < lane.virtual_time)
        INTO barren, saving
        FROM flows f
        WHERE f.lane = of_lane AND f.tenant = ANY (candidates)
        AND f.tenant NOT IN (SELECT g.tenant FROM unnest(got) g)
        AND (coalesce(cardinality(got), 0) < wanted OR f.tag < lane.virtual_time);
        IF cardinality(barren) > 8 THEN
            PERFORM sleep_flows(of_lane, barren);
        ELSIF saving IS NOT NULL THEN
            PERFORM sleep_flows(of_lane, saving);
        END IF;

        IF got IS NULL OR cardinality(got) < wanted THEN
            tried := tried || candidates;
            -- Who gave less than its part may have more: look at it again, unless it was alone.
            IF got IS NOT NULL AND cardinality(candidates) > 1 THEN
                SELECT coalesce(array_agg(t), '{}') INTO tried FROM unnest(tried) t
                WHERE t NOT IN (SELECT g.tenant FROM unnest(got) g);
            END IF;
        END IF;
        IF got IS NOT NULL THEN
            wanted := wanted - cardinality(got);
            RETURN QUERY SELECT * FROM unnest(got);
        END IF;
    END LOOP;
END $$;
