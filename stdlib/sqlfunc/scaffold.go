package sqlfunc

import (
	"fmt"
	"strings"
)

// Scaffold returns the text of a new SQL file for a function, to be filled in: zh and en are its paths, such as 外部.余额
// and bureau.balance. The text is a correct file already. It fails if they are no names.
func Scaffold(zh, en string) (string, error) {
	head, tail, _ := strings.Cut(en, ".")
	zhHead, zhTail, _ := strings.Cut(zh, ".")
	text := fmt.Sprintf(`-- 一个查询函数。冒号前是项目，冒号后可以改；写好后运行 rexian check --db 核对。
-- 函数: %[1]s | %[2]s
-- 参数: 税号 | id: 税号
-- 结果: %[3]s记录 | %[4]s_row { 名称 | name: 文本, 余额 | balance: 金额 }
-- 结局: 未找到
-- 时限: 3秒
-- 库: 本库
-- 说明: 按税号查一户。 | Finds one by its number.
-- 例: 设 结果 = %[5]s.%[6]s("913701001000000409") 否则 挂机  播放 "{结果.名称}"
-- 假定: {名称: "测试公司", 余额: 100元}
SELECT name, CAST(0 AS INTEGER) AS balance FROM taxpayers WHERE tax_id = :id
`, zh, en, zhTail, strings.ReplaceAll(head+"_"+tail, ".", "_"), zhHead, zhTail)
	if _, problems := Parse("new.sql", []byte(text)); len(problems) > 0 {
		return "", problems[0]
	}
	return text, nil
}
