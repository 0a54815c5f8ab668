-- Decides groups of limits by this server's clock: a group is one request, and counts against all of its limits or none.
-- KEYS: the limits of one request after the other. ARGV, for each request: as how many it counts or 0 to look, its number of
-- limits, then for each limit its size and its interval. An interval of 0 is an hourly window: a counter that begins with the
-- window's first request and is gone 3,600 s later; what counts as several is in it with all of them or not at all. Another one
-- is the microseconds between two requests of a GCRA, whose size is the burst, and for which every request is one; it keeps the
-- theoretical arrival time (ITU-T I.371, annex A, virtual scheduling).
-- Answers, for each request: the number of the limit that refused it (of several the slowest), or 0; the milliseconds to
-- wait; then for each limit how much of it is used, and the milliseconds until all of it is free.
local HOUR = 3600000
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local answer, key, arg = {}, 0, 1

while arg < #ARGV do
    local count, n = tonumber(ARGV[arg]), tonumber(ARGV[arg + 1])
    local refused, longest, used, free = 0, -1, {}, {}
    for i = 1, n do
        local size, interval = tonumber(ARGV[arg + 2 * i]), tonumber(ARGV[arg + 2 * i + 1])
        local found = tonumber(redis.call('GET', KEYS[key + i]) or 0)
        local wait
        if interval == 0 then
            used[i], free[i] = found, found > 0 and math.max(1, redis.call('PTTL', KEYS[key + i])) or 0
            -- More than the window's size never fits, however empty it is.
            wait = found + math.max(count, 1) > size and math.max(1, free[i]) or 0
        else
            free[i] = math.max(found - now, 0)
            used[i] = math.ceil(free[i] / interval)
            wait = math.ceil((free[i] - (size - 1) * interval) / 1000)
        end
        if wait > 0 and wait > longest then
            refused, longest = i, wait
        end
    end
    for i = 1, n do
        local size, interval = tonumber(ARGV[arg + 2 * i]), tonumber(ARGV[arg + 2 * i + 1])
        if count > 0 and refused == 0 then
            used[i] = used[i] + (interval > 0 and 1 or count)
            if interval > 0 then
                free[i] = free[i] + interval
                redis.call('SET', KEYS[key + i], string.format('%.0f', now + free[i]), 'PX', math.ceil(free[i] / 1000))
            elseif redis.call('INCRBY', KEYS[key + i], count) == count then
                redis.call('PEXPIRE', KEYS[key + i], HOUR)
                free[i] = HOUR
            end
        end
        if interval > 0 then
            free[i] = free[i] / 1000
        end
    end
    answer[#answer + 1], answer[#answer + 2] = refused, math.max(longest, 0)
    for i = 1, n do
        answer[#answer + 1], answer[#answer + 2] = used[i], free[i]
    end
    key, arg = key + n, arg + 2 + 2 * n
end
return answer
