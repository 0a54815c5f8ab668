-- Raises a lane's floor to the lowest tag that a claim saw a quarter of a second ago or earlier. Not at once: a submit that
-- read the floor may still be about to wake a flow just above it. One that took longer yet is found by mend_lanes.
CREATE OR REPLACE FUNCTION raise_floor(of_lane text, lowest float8) RETURNS void LANGUAGE sql AS $$
    UPDATE lanes l
    SET floor = greatest(l.floor, least(l.next_floor, lowest)), next_floor = lowest, floored_at = clock_timestamp()
    WHERE l.name = of_lane AND l.next_floor <> lowest
    AND coalesce(l.floored_at, '-infinity') < clock_timestamp() - interval '0.25 s'
$$;
