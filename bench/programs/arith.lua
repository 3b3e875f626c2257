function work()
  local total, n = 0, 0
  for i = 1, 100 do
    n = 0
    for j = 1, 1000 do
      n = n + 1
      total = total + n * 3 - 1
    end
  end
  return total
end
