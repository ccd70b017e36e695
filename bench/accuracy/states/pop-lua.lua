local state = tonumber(arg[1])
math.randomseed(7)
local function stop() io.stdout:write("ready\n"); io.stdout:flush(); io.read() end
if state == 2 then              -- objects of classes that inherit, doubly linked, weak tables, long keys
  local Base = {}; Base.__index = Base
  function Base.new(c, o) return setmetatable(o or {}, c) end
  local classes = {}
  for i = 1, 40 do
    local c = setmetatable({ name = "class" .. i }, { __index = classes[i - 1] or Base }); c.__index = c
    c["method" .. i] = function(self) return self.name .. i end
    classes[i] = c
  end
  List = { weak = setmetatable({}, { __mode = "k" }), values = setmetatable({}, { __mode = "v" }) }
  local last
  for i = 1, 12000 do
    local o = Base.new(classes[i % 40 + 1], { prev = last, pos = { x = i, y = i / 3 } })
    if last then last.next = o end
    last = o; List[i] = o; List.weak[o] = i
    if i % 3 == 0 then List.values["a rather long key, longer than what is kept once: " .. i] = o end
    if i % 5 == 0 then o[i] = true; o[i * 1.5] = {}; o[o] = "self" end
  end
  stop()
elseif state == 3 then          -- coroutines, and the stop inside one
  Tasks = {}
  local function walk(t, depth) for i = 1, 3 do if depth > 0 then walk({ t }, depth - 1) else coroutine.yield(t) end end end
  for i = 1, 4000 do
    local co = coroutine.wrap(function(n) local held = { n, tostring(n) }; walk(held, i % 6); return held end)
    co(i); Tasks[i] = co
  end
  local function deep(n) if n == 0 then stop() else local t = { n }; deep(n - 1); return t end end
  Main = coroutine.create(function() local ok = pcall(deep, 60); coroutine.yield(ok) end)
  coroutine.resume(Main)
elseif state == 4 then          -- most of it given up, and the collector in the middle of its round
  All = {}
  for i = 1, 60000 do All[i] = { "v" .. i, sub = { i, i + 1, i + 2 }, call = function() return All[i] end } end
  for i = 1, 60000 do if i % 10 ~= 0 then All[i] = nil end end
  collectgarbage(); collectgarbage("stop")
  for i = 1, 4000 do All["new" .. i] = { string.rep("n", i % 90), {} } end
  for i = 1, 4000, 2 do All["new" .. i] = nil end
  collectgarbage("step", 0)
  stop()
else                            -- much code, text, files and patterns, with the generational collector
  collectgarbage("generational")
  Chunks, Text, Files, Ups = {}, {}, {}, {}
  for i = 1, 900 do
    local lines = { "local t, u, v = {}, ..., 0" }
    for k = 1, i % 20 + 2 do lines[#lines + 1] = ("function t.f%d(a, b, ...) local s = %q; u = u or a; local r = { ... }; for i = 1, a do v = v + i end; return function(x) return s, u, v, x, r end end"):format(k, "constant " .. i .. "/" .. k) end
    lines[#lines + 1] = "return t"
    Chunks[i] = assert(load(table.concat(lines, "\n"), "=chunk" .. i))(i)
    Ups[i] = Chunks[i].f1(i, 2, "rest")
  end
  for i = 1, 9000 do Text[#Text + 1] = (("word %d of many "):rep(i % 12 + 1, "-"):format(table.unpack({ i, i, i, i, i, i, i, i, i, i, i, i }))):gsub("%d+", { ["7"] = "seven" }) end
  for i = 1, 60 do local f = io.tmpfile(); f:setvbuf("full", 512); f:write(Text[i]); f:seek("set"); Files[i] = { f, f:lines("l"), string.gmatch(Text[i], "%a+") } end
  stop()
end
