package prove

import (
	"fmt"
	"strings"
	"testing"
)

// TestListen hears what prompts say: each key with the words beside it. A key in brackets is one that the words may
// mean, and do not call a key.
func TestListen(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"业务咨询请按1，欠税查询请按2。", "1=业务咨询 2=欠税查询"},
		{"请按１查询，按２办理。", "1=查询 2=办理"},
		{"查询余额，请按1；办理业务，请按2。", "1=查询余额 2=办理业务"},
		{"按1，查询余额；按2，办理业务。", "1=查询余额 2=办理业务"},
		{"业务咨询请按1欠税请按2", "1=业务咨询 2=欠税"},
		{"按1查询按2办理", "1=查询 2=办理"},
		{"按1或2", "1= 2="},
		{"满意请按1、2", "1=满意 2=满意"},
		{"请按1，2或3", "1= 2= 3="},
		{"继续请按一。", "1=继续"},
		{"继续请按一，返回请按九。", "1=继续 9=返回"},
		{"请按下1键继续", "1=继续"},
		{"请按数字1", "1="},
		{"请按数字键1", "1="},
		{"咨询请拨1，投诉请选2，建议请输入3", "1=咨询 2=投诉 3=建议"},
		{"选择1查询", "1=查询"},
		{"1号键是查询，2号键是办理", "1=是查询 2=是办理"},
		{"重听请按星号键，返回请按井号键。", "*=重听 #=返回"},
		{"重听请按*，返回请按＃", "*=重听 #=返回"},
		{"请按“1”继续", "1=继续"},
		{"人工服务按0人工", "0=人工服务"},
		{"按0人工，按2个人所得税", "0=人工 2=个人所得税"},
		{"按1查询，2办理，3投诉", "1=查询 2=办理 3=投诉"},
		{"{户}您好，继续请按1", "1=继续"},
		{"请按1到3选择", "1..3:1,2,3=选择"},
		{"请按0到10打分", "0..10:=打分"},
		{"满意1，一般2，不满意3", "(1)=满意 (2)=一般 (3)=不满意"},
		// what is no key
		{"按3天计算", ""}, {"按1年计算，按5%征收，按1.5倍，按100元", ""}, {"按一定比例", ""}, {"按一般纳税人申报", ""}, {"按月申报、按季申报", ""},
		{"按照规定", ""}, {"请输入6位密码", ""}, {"请输入11位手机号", ""}, {"按8:30的时间", ""}, {"按3次", ""}, {"按二十元", ""},
		{"按5个工作日", ""}, {"请拨12366", "(12366)="}, {"按1小时计", ""}, {"按三天计算", ""}, {"选3种方式", ""}, {"按{数}计算", ""},
		{"周一8点至12点", ""}, {"2026年3月，5日内", ""},
		// English
		{"For billing press 1, for support press 2.", "1=billing 2=support"},
		{"To speak to an agent, press zero. To hear this again, press star.", "0=speak to an agent *=hear this again"},
		{"Press 1 for billing, or 2 for support.", "1=billing 2=support"},
		{"Press 1 for billing or press 2 to go back.", "1=billing 2=go back"},
		{"dial 1, hit 2, push 3, enter 4, select 5 or choose 6", "1= 2= 3= 4= 5= 6="},
		{"press the 1 key to continue", "1=continue"}, {"press the star key", "*="}, {"press number 1", "1="},
		{"PRESS ONE", "1="},
		{"Press 1 or 2", "1= 2="}, {"Press 1, 2 or 3", "1= 2= 3="}, {"press 1 through 3", "1..3:1,2,3="},
		{"press or say 1", "1="},
		{"Use the 2 key for sales.", "2=sales"},
		{"enter 16 digits", ""}, {"Enter the 6 digit code", ""}, {"select one of the following", ""},
		{"press releases", ""}, {"within 2 days", ""},
		{"enter 2 times", ""}, {"dial 911", "(911)="}, {"pressing 1", "(1)=pressing"}, {"the 2nd floor", ""},
	} {
		w := listen(strings.NewReplacer("{户}", string(hole), "{数}", string(hole)).Replace(c.text), "zh")
		var all []string
		for i, b := range w.beside() {
			m := w.said[i]
			b = strings.ReplaceAll(b, string(hole), "{}")
			if m.low != "" {
				all = append(all, fmt.Sprintf("%s..%s:%s=%s", m.low, m.top, strings.Join(m.keys, ","), b))
				continue
			}
			for _, k := range m.keys {
				if !m.verb || len(k) > 1 {
					k = "(" + k + ")"
				}
				all = append(all, k+"="+b)
			}
		}
		if have := strings.Join(all, " "); have != c.want {
			t.Errorf("%s\nhave %s\nwant %s", c.text, have, c.want)
		}
	}
}

// TestSwapped compares labels with the words beside their keys.
func TestSwapped(t *testing.T) {
	for _, c := range []struct {
		name string
		list []named
		want bool
	}{
		{"right", []named{{"1", "业务咨询", "业务咨询"}, {"2", "欠税查询", "欠税查询"}}, false},
		{"swapped", []named{{"1", "业务咨询", "欠税查询"}, {"2", "欠税查询", "业务咨询"}}, true},
		{"much alike, swapped", []named{{"1", "增值税查询", "个税查询"}, {"2", "个税查询", "增值税查询"}}, true},
		{"much alike, right", []named{{"1", "增值税查询", "增值税查询"}, {"2", "个税查询", "个税查询"}}, false},
		{"yes and no swapped", []named{{"1", "是", "不是"}, {"2", "不是", "是"}}, true},
		{"yes and no", []named{{"1", "是", "是"}, {"2", "不是", "不是"}}, false},
		{"other words", []named{{"1", "其他业务", "其余问题"}, {"3", "问题咨询", "问题咨询"}}, false},
		{"nothing in common", []named{{"1", "查询", "余额"}, {"2", "办理", "业务"}}, false},
		{"one holds the other", []named{{"1", "发票", "电子发票业务"}, {"2", "电子发票", "电子发票查验"}}, false},
		{"English, swapped", []named{{"1", "billing", "support questions"}, {"2", "support", "billing questions"}},
			true},
		{"three in a circle", []named{{"1", "查询", "办理"}, {"2", "办理", "投诉"}, {"3", "投诉", "查询"}}, true},
	} {
		if i, _ := swapped(c.list); i >= 0 != c.want {
			t.Errorf("%s: %d", c.name, i)
		}
	}
}
