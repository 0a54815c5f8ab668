-- Where a job or a batch wants to be told of an event of this type: `webhook` is what it was submitted with, `{url, events}`;
-- without `events` it wants every type. NULL where it does not.
CREATE OR REPLACE FUNCTION webhook_url(webhook jsonb, type text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT webhook ->> 'url' WHERE coalesce(webhook -> 'events', 'null') = 'null' OR webhook -> 'events' ? type
$$;
