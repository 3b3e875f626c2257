-- 函数: 分期.试算 | instalments.plan
-- 参数: 税号 | id: 税号
-- 结果: 分期方案 | instalment_plan { 每期 | each: 金额, 期数 | times: 数值 }
-- 结局: 未找到, 金额过大 | too_much, 无需分期 | too_little
-- 时限: 3秒
-- 说明: 一户的欠税分六期缴，每期多少。 | What a taxpayer pays in six instalments.
-- 例: 设 方案 = 分期.试算("913701001000000409") 否则 挂机  播放 "{方案.每期}"
-- 假定: {每期: 1000元, 期数: 6}
SELECT SUM(amount - paid) / 6 AS each, 6 AS times,
  CASE WHEN SUM(amount - paid) > 50000000 THEN 'too_much'
       WHEN SUM(amount - paid) < 100000 THEN 'too_little' END AS outcome
FROM arrears WHERE tax_id = :id HAVING COUNT(*) > 0
