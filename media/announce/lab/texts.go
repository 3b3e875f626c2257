// Package lab makes the sound that announcements are recognised by and that the recognition is measured on: sentences
// of our own, spoken by voices of espeak-ng, as lines spoil them. Nothing of it is a recording of a person or a
// carrier.
package lab

// Sentence is what a carrier might say, as espeak-ng's voice cmn-latn-pinyin reads it.
type Sentence struct {
	Class  string
	Name   string // as it is written
	Pinyin string
}

// Sentences are what the shipped references say: two for each class.
var Sentences = []Sentence{
	{"vacant_number", "空号，请核对后再拨",
		"nin2 hao3 , nin2 bo1 da3 de5 hao4 ma3 shi4 kong1 hao4 , qing3 he2 dui4 hou4 zai4 bo1"},
	{"vacant_number", "号码不存在",
		"dui4 bu4 qi3 , nin2 bo1 da3 de5 hao4 ma3 bu4 cun2 zai4 , qing3 he2 shi2 hou4 zai4 bo1"},
	{"invalid_number", "号码有误",
		"dui4 bu4 qi3 , nin2 bo1 da3 de5 hao4 ma3 you3 wu4 , qing3 cha2 zheng4 hou4 zai4 bo1"},
	{"invalid_number", "号码不完整",
		"nin2 hao3 , nin2 suo3 bo1 de5 hao4 ma3 bu4 wan2 zheng3"},
	{"powered_off", "电话已关机",
		"nin2 hao3 , nin2 bo1 da3 de5 dian4 hua4 yi3 guan1 ji1"},
	{"powered_off", "用户已关机",
		"dui4 bu4 qi3 , nin2 bo1 da3 de5 yong4 hu4 yi3 guan1 ji1 , qing3 shao1 hou4 zai4 bo1"},
	{"suspended", "电话已停机",
		"nin2 hao3 , nin2 bo1 da3 de5 dian4 hua4 yi3 ting2 ji1"},
	{"suspended", "用户已暂停服务",
		"dui4 bu4 qi3 , nin2 bo1 da3 de5 yong4 hu4 yi3 zan4 ting2 fu2 wu4"},
	{"busy", "电话正在通话中",
		"nin2 hao3 , nin2 bo1 da3 de5 dian4 hua4 zheng4 zai4 tong1 hua4 zhong1 , qing3 shao1 hou4 zai4 bo1"},
	{"busy", "用户正忙",
		"dui4 bu4 qi3 , nin2 bo1 da3 de5 yong4 hu4 zheng4 mang2 , qing3 shao1 hou4 zai4 bo1"},
	{"no_answer", "电话暂时无人接听",
		"nin2 hao3 , nin2 bo1 da3 de5 dian4 hua4 zan4 shi2 wu2 ren2 jie1 ting1 , qing3 shao1 hou4 zai4 bo1"},
	{"no_answer", "用户没有应答",
		"dui4 bu4 qi3 , nin2 bo1 da3 de5 yong4 hu4 mei2 you3 ying4 da2"},
	{"refused", "稍后发送来电提醒",
		"nin2 hao3 , nin2 bo1 jiao4 de5 yong4 hu4 bu2 bian4 jie1 ting1 , shao1 hou4 wei4 nin2 fa1 song4 lai2 dian4 ti2 xing3"},
	{"refused", "用户拒绝接听",
		"dui4 bu4 qi3 , dui4 fang1 ju4 jue2 le5 nin2 de5 hu1 jiao4"},
	{"unreachable", "电话暂时无法接通",
		"nin2 hao3 , nin2 bo1 da3 de5 dian4 hua4 zan4 shi2 wu2 fa3 jie1 tong1 , qing3 shao1 hou4 zai4 bo1"},
	{"unreachable", "用户不在服务区",
		"dui4 bu4 qi3 , nin2 bo1 da3 de5 yong4 hu4 bu2 zai4 fu2 wu4 qu1"},
	{"barred", "用户已设置呼入限制",
		"dui4 bu4 qi3 , nin2 bo1 da3 de5 yong4 hu4 yi3 she4 zhi4 hu1 ru4 xian4 zhi4"},
	{"barred", "不能接受您的呼叫",
		"nin2 hao3 , gai1 yong4 hu4 bu4 neng2 jie1 shou4 nin2 de5 hu1 jiao4"},
	{"changed", "电话号码已更改",
		"nin2 hao3 , nin2 bo1 da3 de5 dian4 hua4 hao4 ma3 yi3 geng1 gai3"},
	{"changed", "用户已改号",
		"dui4 bu4 qi3 , gai1 yong4 hu4 yi3 gai3 hao4 , qing3 bo1 da3 xin1 hao4 ma3"},
	{"assistant", "来电助手为您服务",
		"nin2 hao3 , wo3 shi4 lai2 dian4 zhu4 shou3 , ji1 zhu3 zan4 shi2 bu4 fang1 bian4 jie1 dian4 hua4"},
	{"assistant", "秘书台",
		"nin2 hao3 , zhe4 li3 shi4 mi4 shu1 tai2 , qing3 jiang3 nin2 de5 liu2 yan2 nei4 rong2"},
	{"congestion", "网络忙",
		"nin2 hao3 , wang3 luo4 mang2 , qing3 shao1 hou4 zai4 bo1"},
	{"congestion", "线路忙",
		"dui4 bu4 qi3 , xian4 lu4 fan2 mang2 , qing3 guo4 yi1 hui4 er2 zai4 shi4"},
	{"forward_failed", "呼叫转移失败",
		"nin2 hao3 , nin2 bo1 da3 de5 dian4 hua4 hu1 jiao4 zhuan3 yi2 shi1 bai4"},
	{"forward_failed", "转接的电话没有接通",
		"dui4 bu4 qi3 , nin2 de5 hu1 jiao4 zheng4 zai4 zhuan3 jie1 , dan4 mei2 you3 jie1 tong1"},
	{"carrier_blocked", "主叫号码被拦截",
		"nin2 hao3 , nin2 de5 dian4 hua4 yi3 bei4 wang3 luo4 lan2 jie2"},
	{"carrier_blocked", "主叫号码已被限制",
		"dui4 bu4 qi3 , nin2 de5 hao4 ma3 hu1 chu1 shou4 xian4 , qing3 lian2 xi4 yun4 ying2 shang1"},
	{"machine", "请在嘀声后留言",
		"nin2 hao3 , dian4 hua4 wu2 fa3 jie1 ting1 , qing3 zai4 di1 sheng1 hou4 liu2 yan2"},
	{"machine", "已转到语音信箱",
		"nin2 hao3 , nin2 de5 dian4 hua4 yi3 zhuan3 dao4 yu3 yin1 xin4 xiang1"},
	{"screening", "请说明来电目的",
		"nin2 hao3 , qing3 shuo1 chu1 nin2 de5 xing4 ming2 he2 lai2 dian4 mu4 di4"},
	{"screening", "来电筛选",
		"ji1 zhu3 kai1 qi3 le5 lai2 dian4 shai1 xuan3 , qing3 shuo1 ming2 nin2 shi4 shui2"},
}

// Strange is what no reference says: people who answer, and announcements of other classes.
var Strange = []Sentence{
	{"", "喂你好",
		"wei2 , ni3 hao3 , qing3 wen4 ni3 shi4 na3 wei4"},
	{"", "您好财务部",
		"nin2 hao3 , wo3 shi4 cai2 wu4 bu4 , you3 shen2 me5 shi4"},
	{"", "喂谁啊",
		"wei2 , shui2 a5"},
	{"", "贸易公司",
		"nin2 hao3 , zhe4 li3 shi4 qing1 dao3 hong2 da2 mao4 yi4 you3 xian4 gong1 si1 , qing3 zhi2 bo1 fen1 ji1 hao4"},
	{"", "请稍等",
		"nin2 hao3 , qing3 shao1 deng3 , wo3 zai4 kai1 hui4"},
	{"", "打错了",
		"dui4 bu4 qi3 , ni3 da3 cuo4 le5"},
	{"", "彩铃",
		"huan1 ying2 zhi4 dian4 wo3 men5 gong1 si1 , wo3 men5 jiang1 jie2 cheng2 wei4 nin2 fu2 wu4"},
	{"", "欠费提醒",
		"nin2 hao3 , nin2 de5 zhang4 hu4 yu2 e2 bu4 zu2 , qing3 ji2 shi2 chong1 zhi2"},
}

// The voices, variants of espeak-ng's: of the references, those that settings were tried on, and those that nothing was
// tried on, which the figures are of.
var (
	Taught = []string{"", "m2", "m4", "m6", "m8", "f1", "f3", "Andrea", "Alex", "john", "steph2", "Gene", "Alicia",
		"Andy",
		"belinda", "boris", "caleb", "Henrique", "iven", "kaukovalta", "Marco", "michel", "norbert", "pablo", "quincy",
		"anika", "sandro", "shelby", "grandma", "Jacky"}
	Tried    = []string{"m1", "f2", "Hugo", "Annie", "Denis", "max", "aunty"}
	Untaught = []string{"m3", "m7", "f4", "f5", "linda", "Michael", "ed", "steph", "paul", "victor"}
)
