/**
 * A script for Redis that appends to a capped list if the newest entry is still the one that the caller knows. The list is
 * a stream whose ids are `<number>-0`; data of another type in its place is replaced by a new stream.
 *
 * KEYS: the stream. ARGV: number and mark of the newest entry that the caller knows (0 and an empty text for an empty
 * list), mark and value of the new entry, how many entries to keep, TTL in milliseconds. Returns 1 if the entry was
 * appended, else 0; then number and mark of the newest entry now.
 */
export const APPEND_ENTRY_LUA = `
local found = redis.call("TYPE", KEYS[1]).ok
if found ~= "stream" and found ~= "none" then redis.call("DEL", KEYS[1]) end
local newest = redis.call("XREVRANGE", KEYS[1], "+", "-", "COUNT", 1)[1]
local number, mark = 0, ""
if newest then
  number = tonumber(string.match(newest[1], "^%d+"))
  if newest[2][1] == "mark" then mark = newest[2][2] end
end
if number ~= tonumber(ARGV[1]) or mark ~= ARGV[2] then return {0, number, mark} end

local id = string.format("%.0f-0", number + 1)
redis.call("XADD", KEYS[1], "MAXLEN", "=", ARGV[5], id, "mark", ARGV[3], "value", ARGV[4])
redis.call("PEXPIRE", KEYS[1], ARGV[6])
return {1, number + 1, ARGV[3]}
`;
