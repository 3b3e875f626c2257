local function step(n) return n + 1 end

function work()
  local total = 0
  for i = 1, 100 do
    for j = 1, 1000 do total = step(total) end
  end
  return total
end
