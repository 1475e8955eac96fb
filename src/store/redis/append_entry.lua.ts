/**
 * Appends to a capped list, as a script for Redis, if the newest entry is still the one that the caller builds on. The
 * list is a stream whose ids are `<number>-0`; whatever else stands in its place makes way for a new one.
 *
 * KEYS: the stream. ARGV: number and mark of the newest entry as the caller knows it (0 and nothing for an empty list),
 * mark and value of the new entry, how many entries to keep, TTL in milliseconds. Answers 1 if it was appended, else 0;
 * then number and mark of the entry that is now the newest.
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
