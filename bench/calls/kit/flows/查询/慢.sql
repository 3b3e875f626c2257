-- 函数: 慢.计数 | slow.count
-- 结果: 数值
-- 时限: 10秒
-- 库: 本库
-- 说明: 数到很大，比来电人有耐心的时间长。 | Counts far, for longer than the caller has patience.
-- 例: 设 数 = 慢.计数() 否则 挂机  播放 "{数}"
-- 假定: 1
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000000) SELECT COUNT(*) AS n FROM n
