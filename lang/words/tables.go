package words

// row is one keyword: its English spellings and its Chinese ones, each list with "/" between, the
// printed one first. An English spelling with a dot (`on.date`) is an ID only: what is written is
// the part before the dot, and the part after tells apart keywords that English spells alike.
type row struct{ english, chinese string }

// reservedRows can never be names.
var reservedRows = []row{
	{"say", "播放"}, {"must hear", "必听"}, {"options", "选项"}, {"if", "如果"}, {"then", "则"},
	{"otherwise/else", "否则"}, {"match", "根据"}, {"repeat", "重复"}, {"for each", "逐条"},
	{"again", "重听"}, {"stop", "跳出"}, {"continue", "继续"}, {"goto", "转到"}, {"do", "执行"},
	{"return", "返回"}, {"let", "设"}, {"set", "改"}, {"ask", "询问/输入"}, {"record", "录音"},
	{"secret", "保密"}, {"enqueue", "排队"}, {"transfer", "转接"}, {"voicemail", "留言"},
	{"callback", "预约回呼"}, {"send sms", "发短信"}, {"send mail", "发邮件"}, {"reply", "回复"},
	{"hangup", "挂机/挂断"}, {"attach", "附带"}, {"mark", "标记"}, {"press", "按"}, {"on", "当"},
	{"called", "调用"}, {"redial", "重拨"}, {"zh", "中文"}, {"en", "英文"}, {"is", "是"},
	{"is not", "不是"}, {"in", "属于"}, {"not in", "不属于"}, {"and", "且/并且"}, {"or", "或/或者"},
	{"not", "非"}, {"yes", "是"}, {"no", "否"}, {"none", "无"},
}

// contextualRows are keywords only where their clause may stand.
var contextualRows = []row{
	{"number", "接入号/号码"}, {"enters", "进入"}, {"languages", "语种"}, {"fallback", "缺则"},
	{"setting", "参数"}, {"switch", "开关"}, {"on.switch", "开启"}, {"off", "关闭"}, {"list", "名单"},
	{"table", "表格"}, {"from.table", "取自"}, {"call data", "通话变量"}, {"defaults", "缺省"},
	{"calendar", "日历"}, {"holiday", "放假"}, {"make up", "补班"}, {"period", "时期"},
	{"hours", "作息"}, {"zone", "时区"}, {"during", "仅限"}, {"on.date", "特殊日"}, {"closed", "休息"},
	{"prompt", "提示语"}, {"audio", "音频"}, {"template", "模板"}, {"mailbox", "信箱"},
	{"greeting", "问候"}, {"notify", "通知"}, {"flow", "流程"}, {"menu", "菜单"}, {"survey", "问卷"},
	{"rule", "规则"}, {"test", "测试"}, {"message", "来信"}, {"other", "其他"}, {"ticket type", "工单类型"},
	{"accept", "受理"}, {"finish", "办结"}, {"urge", "催办"}, {"queue", "队列"}, {"like", "同"},
	{"skill", "技能组"}, {"order", "分配"}, {"last agent first", "首问负责"}, {"capacity", "容量"},
	{"music", "音乐"}, {"every", "每"}, {"from.queue", "满"}, {"add", "增加"}, {"offer", "可按"},
	{"move to", "转入"}, {"ring", "振铃"}, {"wrap up", "话后处理"}, {"misses", "漏接"},
	{"keep place", "保留排位"}, {"target", "目标"}, {"campaign", "外呼任务"}, {"targets", "呼叫名单"},
	{"text campaign", "短信任务"}, {"targets.text", "发送名单"}, {"skip if.text", "免发条件"}, {"start daily at", "每天启动"},
	{"sample", "抽样"}, {"quota", "配额"}, {"hours.campaign", "时段"}, {"call", "呼叫"},
	{"with", "接通后"}, {"after beep", "滴声后"}, {"at once", "并发"}, {"per second", "每秒"}, {"retry", "重拨"},
	{"after", "隔"}, {"up to", "限"}, {"skip if", "免拨条件"}, {"if unreached", "未接通"},
	{"show number", "外显号码"}, {"before answering", "接听前"}, {"in each language", "各语言"}, {"pause", "停顿"},
	{"language", "语言"},
	{"topic", "业务类型"}, {"next", "下一轮"}, {"reject", "不接听"}, {"fax", "传真"},
	{"on this call", "本机接收"}, {"receive fax", "接收传真"}, {"run survey", "启动问卷"},
	{"pause recording", "暂停录音"}, {"resume recording", "恢复录音"}, {"subject", "主题"},
	{"as", "作为"}, {"at most", "最多"}, {"tries", "最多"}, {"wait", "等待"}, {"between", "键间隔"},
	{"confirm", "复核"}, {"range", "范围"}, {"longest", "最长"}, {"silence", "静默"},
	{"end key", "结束键"}, {"allow global keys", "允许全局键"}, {"when", "仅当"}, {"within", "限时"},
	{"playing", "期间播放"}, {"priority", "优先级"}, {"to", "给"}, {"choice", "单选"},
	{"several", "多选"}, {"scale", "打分"}, {"nps", "推荐值"}, {"at least", "不低于/至少"},
	{"no more than", "不超过/至多"}, {"more than", "大于/超过"}, {"less than", "小于/低于"},
	{"contains", "包含"}, {"later than", "晚于"}, {"earlier than", "早于"}, {"not later than", "不晚于"},
	{"not earlier than", "不早于"}, {"is open", "开放"}, {"is closed", "休息"}, {"is on", "开启"},
	{"is off", "关闭"}, {"is empty", "为空"}, {"is not empty", "不为空"}, {"is mobile", "是手机"},
	{"is not mobile", "不是手机"}, {"every path", "每条路径"}, {"no path", "没有路径"},
	{"says", "先播放"}, {"does", "先执行"}, {"reaches", "到达"}, {"before", "再"}, {"from", "从"},
	{"to.rule", "到"}, {"every menu", "每个菜单"}, {"only", "只做"}, {"at", "时间"},
	{"given", "假设"}, {"has", "含"}, {"returns", "得到"}, {"call.test", "拨打"}, {"from.test", "主叫"},
	{"text", "发来"}, {"dial", "拨出"}, {"send.test", "发送"}, {"answer", "接听"}, {"hear", "听到"}, {"not hear", "听不到"},
	{"expect", "应当"}, {"expect not", "不应"}, {"at.redial", "于"}, {"agent answers", "座席接听/坐席接听"},
	{"agent hangs up", "座席挂机/坐席挂机"}, {"agent signs in", "座席签入/坐席签入"},
	{"agent signs out", "座席签出/坐席签出"}, {"agent ready", "座席示闲/坐席示闲"},
	{"agent break", "座席示忙/坐席示忙"}, {"slowly", "慢按"}, {"say nothing", "不按键"}, {"unannounced", "不播报"},
}

// unitRows may follow a number.
var unitRows = []row{
	{"s", "秒/秒钟"}, {"m", "分钟"}, {"h", "小时/个小时"}, {"d", "天"}, {"workdays", "个工作日"},
	{"months", "个月"}, {"yuan", "元"}, {"wan yuan", "万元"}, {"yi yuan", "亿元"}, {"keys", "次按键"},
	{"levels", "层"}, {"items", "项"},
}

// dayRows begin a line of opening hours.
var dayRows = []row{
	{"monday", "周一/星期一"}, {"tuesday", "周二/星期二"}, {"wednesday", "周三/星期三"},
	{"thursday", "周四/星期四"}, {"friday", "周五/星期五"}, {"saturday", "周六/星期六"},
	{"sunday", "周日/星期日"}, {"weekend", "周末"}, {"workdays", "工作日"}, {"daily", "每天"},
}

// measureWords count things in Chinese (`3次`, `40位`); they follow a number directly and mean nothing.
// The first is the one printed where no better one is known.
const measureWords = "次 位 笔 条 路 通 人 份 键"

// touchWords also end where a digit begins: `按1`, `等待5秒`.
const touchWords = "按 等待 键间隔 最多 限时 停顿 最长 静默 满 每 容量 振铃 话后处理 漏接 保留排位 目标 首问负责 并发 每秒 隔 限 抽样 配额 优先级 至 不低于 至少 不超过 至多 大于 超过 小于 低于 晚于 早于 不晚于 不早于 可按"
