-- The script of wrk: sends one kind of request as many customers in turn, and checks every answer.
-- Arguments: the file of the request, the number of customers, the file of the right answer, "equal" or "length".

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

local function content(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

local requests = {}
local turn = 0
local right = ""
local equal = true

-- Globals of each thread, which done() reads.
wrong = 0
example = ""

function init(args)
  local template = content(args[1])
  for customer = 0, math.max(1, tonumber(args[2])) - 1 do
    local token = string.format("cw_bench_not_real_%06d", customer)
    requests[customer + 1] = template:gsub("{token}", token)
  end
  right = content(args[3])
  equal = args[4] == "equal"
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function response(status, _, body)
  local is_right = status == 200 and #body == #right and (not equal or body == right)
  if not is_right then
    wrong = wrong + 1
    if example == "" then example = status .. " " .. body:sub(1, 300) end
  end
end

function done(summary, latency)
  local bad, first = 0, ""
  for _, thread in ipairs(threads) do
    bad = bad + thread:get("wrong")
    if first == "" then first = thread:get("example") end
  end
  local errors = summary.errors
  local lost = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format(
    "\nbench %d %d %d %d %d %d\n%s\n",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), bad, lost, first
  ))
end
