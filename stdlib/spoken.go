package stdlib

import (
	"slices"

	"rexian/stdlib/filing"
	"rexian/stdlib/message"
	"rexian/stdlib/ticket"
)

// taxes are the kinds of tax of the People's Republic of China, and what the bureaus collect besides. They are names in
// the bureau's records and are spoken in Chinese in every language.
var taxes = []string{
	"增值税", "消费税", "企业所得税", "个人所得税", "资源税", "水资源税", "城市维护建设税", "房产税", "印花税", "城镇土地使用税", "土地增值税", "车船税",
	"船舶吨税", "车辆购置税", "关税", "耕地占用税", "契税", "烟叶税", "环境保护税", "教育费附加", "地方教育附加", "文化事业建设费", "残疾人就业保障金",
	"社会保险费", "工会经费", "非税收入", "滞纳金", "罚款", "税务局", "有限公司",
}

// records are other words of the bureau's records that flows read out: classes of taxpayers, steps of a refund, states
// of an invoice, classes of tickets.
var records = []string{
	"小规模纳税人", "一般纳税人", "个体工商户", "受理", "审核", "复核", "退库", "正常", "作废", "红冲", "投诉", "举报", "建议", "咨询", "求助", "表扬",
}

// Spoken are the words that the library answers with and that can be known beforehand, in a language. They are rendered
// with the prompts of a program: one that has no sound of its own would be spoken character by character.
func Spoken(lang string) []string {
	english := lang == "en"
	list := slices.Concat(ticket.Spoken(english), filing.Spoken(english), message.Spoken(english))
	if !english {
		list = append(append(list, taxes...), records...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}
