/**
 * The token bucket as a script for Redis; `token_bucket.ts` explains the arithmetic.
 *
 * KEYS: the bucket. ARGV: capacity, window in milliseconds, cost and, only in tests, the time in milliseconds to use
 * in place of Redis' own clock. Returns three integers: 1 if the tokens were taken, else 0; whole tokens left;
 * milliseconds until the bucket has as many tokens as asked for.
 */
export const TAKE_TOKENS_LUA = `
local capacity, window, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local now = tonumber(ARGV[4])
if not now then
  local time = redis.call("TIME")
  now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local full = capacity * window
local parts, at = full, now
-- Data of another type, or a text that is not a bucket, counts as no entry and is overwritten.
local entry = redis.pcall("GET", KEYS[1])
if type(entry) ~= "string" then entry = "" end
local storedParts, storedAt, storedWindow = string.match(entry, "^(%d+) (%d+) ([1-9]%d*)$")
if storedParts then
  parts, at, storedWindow = tonumber(storedParts), tonumber(storedAt), tonumber(storedWindow)
  if storedWindow ~= window then
    parts = math.floor(parts / storedWindow * window)
  end
  parts = math.min(full, parts)
  local elapsed = math.min(window, math.max(0, now - at))
  parts = math.min(full, parts + elapsed * capacity)
  at = math.max(at, now)
end

local missing = cost * window - parts
if cost > 0 and missing > 0 then
  return {0, math.floor(parts / window), at - now + math.ceil(missing / capacity)}
end
parts = parts - cost * window
if cost > 0 then
  local fullIn = at - now + math.ceil((full - parts) / capacity)
  local text = string.format("%.0f %.0f %.0f", parts, at, window)
  redis.call("SET", KEYS[1], text, "PX", string.format("%.0f", math.max(1000, fullIn)))
end
return {1, math.floor(parts / window), 0}
`;
