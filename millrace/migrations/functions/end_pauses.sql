-- A model of which one of these jobs succeeded is back, and its next outage begins with a short pause again.
CREATE OR REPLACE FUNCTION end_pauses(ids uuid[]) RETURNS void LANGUAGE sql AS $$
    DELETE FROM model_pauses p
    USING jobs j, queues q
    WHERE j.id = ANY (ids) AND j.state = 'succeeded' AND q.id = j.queue
    AND p.lane = q.lane AND p.model = q.model AND p.until <= clock_timestamp()
$$;
