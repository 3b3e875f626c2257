-- function: 分期.试算 | instalments.plan
-- parameter: 税号 | id: taxpayer_id
-- result: 分期方案 | instalment_plan { 每期 | each: money, 期数 | times: number }
-- outcomes: not_found, 金额过大 | too_much, 无需分期 | too_little
-- limit: 3s
-- doc: 一户的欠税分六期缴，每期多少。 | What a taxpayer pays in six instalments.
-- example: 设 方案 = 分期.试算("913701001000000409") 否则 挂机  播放 "{方案.每期}"
-- fake: {每期: 1000元, 期数: 6}
SELECT SUM(amount - paid) / 6 AS each, 6 AS times,
  CASE WHEN SUM(amount - paid) > 50000000 THEN 'too_much'
       WHEN SUM(amount - paid) < 100000 THEN 'too_little' END AS outcome
FROM arrears WHERE tax_id = :id HAVING COUNT(*) > 0
