function work()
  local total, key, target = 0, 0, ""
  for i = 1, 100 do
    for j = 1, 1000 do
      key = key + 1
      if key > 9 then key = 0 end
      if key == 0 then target = "agent"
      elseif key == 1 then target = "consulting"
      elseif key == 2 then target = "arrears"
      elseif key == 3 then target = "filing"
      elseif key == 4 then target = "complaint"
      else target = "menu" end
      if target == "agent" then total = total + 100 end
      local words = "key " .. key .. ": " .. target
      total = total + #words
    end
  end
  return total
end
