-- Appends events to a job's stream and publishes each one only if it was appended: an event whose number is not above
-- the stream's last comes from a zombie. KEYS: stream. ARGV: channel, seconds to keep, then (id, event) pairs.
local appended = 0
for i = 3, #ARGV, 2 do
    local added = redis.pcall('XADD', KEYS[1], 'MAXLEN', '~', '10000', ARGV[i], 'e', ARGV[i + 1])
    if type(added) == 'table' and added.err then
        break
    end
    redis.call('PUBLISH', ARGV[1], ARGV[i + 1])
    appended = appended + 1
end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return appended
