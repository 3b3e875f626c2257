package readout

import (
	"os/exec"
	"strings"
	"testing"
	"time"
)

// row is one value and how it is read.
type row struct {
	kind, text string
	style      Style
	want       string
}

func readings(t *testing.T, lang string, rows []row) {
	t.Helper()
	if len(rows) < 60 {
		t.Errorf("%d readings of %s", len(rows), lang)
	}
	now := time.Date(2026, 10, 12, 9, 0, 0, 0, time.UTC).UnixMilli()
	for _, c := range rows {
		ctx := Context{}
		if c.style == Near || c.style == Short {
			ctx.Now = now
		}
		if got := Speak(lang, value(t, c.kind, c.text), c.style, ctx); got != c.want {
			t.Errorf("%s %s %v: %q, want %q", c.kind, c.text, c.style, got, c.want)
		}
	}
}

// TestSpeakFrench follows the grammar of France: numbers by the rules of the Académie before 1990, without its hyphens.
func TestSpeakFrench(t *testing.T) {
	readings(t, "fr", []row{
		{"number", "0", Default, "zéro"},
		{"number", "1", Default, "un"},
		{"number", "16", Default, "seize"},
		{"number", "17", Default, "dix-sept"},
		{"number", "20", Default, "vingt"},
		{"number", "21", Default, "vingt et un"},
		{"number", "22", Default, "vingt-deux"},
		{"number", "31", Default, "trente et un"},
		{"number", "61", Default, "soixante et un"},
		{"number", "69", Default, "soixante-neuf"},
		{"number", "70", Default, "soixante-dix"},
		{"number", "71", Default, "soixante et onze"},
		{"number", "72", Default, "soixante-douze"},
		{"number", "77", Default, "soixante-dix-sept"},
		{"number", "79", Default, "soixante-dix-neuf"},
		{"number", "80", Default, "quatre-vingts"},
		{"number", "81", Default, "quatre-vingt-un"},
		{"number", "90", Default, "quatre-vingt-dix"},
		{"number", "91", Default, "quatre-vingt-onze"},
		{"number", "99", Default, "quatre-vingt-dix-neuf"},
		{"number", "100", Default, "cent"},
		{"number", "101", Default, "cent un"},
		{"number", "180", Default, "cent quatre-vingts"},
		{"number", "200", Default, "deux cents"},
		{"number", "201", Default, "deux cent un"},
		{"number", "999", Default, "neuf cent quatre-vingt-dix-neuf"},
		{"number", "1000", Default, "mille"},
		{"number", "1080", Default, "mille quatre-vingts"},
		{"number", "2000", Default, "deux mille"},
		{"number", "80000", Default, "quatre-vingt mille"},
		{"number", "200000", Default, "deux cent mille"},
		{"number", "1000000", Default, "un million"},
		{"number", "2300000", Default, "deux millions trois cent mille"},
		{"number", "80000000", Default, "quatre-vingts millions"},
		{"number", "1000000000", Default, "un milliard"},
		{"number", "-12.5", Default, "moins douze virgule cinq"},
		{"number", "1", Ordinal, "premier"},
		{"number", "2", Ordinal, "deuxième"},
		{"number", "5", Ordinal, "cinquième"},
		{"number", "21", Ordinal, "vingt et unième"},
		{"number", "71", Ordinal, "soixante et onzième"},
		{"number", "80", Ordinal, "quatre-vingtième"},
		{"number", "100", Ordinal, "centième"},
		{"number", "0.05", Percentage, "cinq pour cent"},
		{"percent", "0.05%", Default, "zéro virgule zéro cinq pour cent"},
		{"money", "0", Default, "zéro yuan"},
		{"money", "0.01", Default, "un fen"},
		{"money", "1", Default, "un yuan"},
		{"money", "1.05", Default, "un yuan et cinq fens"},
		{"money", "80", Default, "quatre-vingts yuans"},
		{"money", "1200.50", Default, "mille deux cents yuans et cinquante fens"},
		{"money", "1000000", Default, "un million de yuans"},
		{"money", "1500000", Default, "un million cinq cent mille yuans"},
		{"money", "2000000.21", Default, "deux millions de yuans et vingt et un fens"},
		{"money", "-3", Default, "moins trois yuans"},
		{"date", "2026-10-01", Default, "premier octobre deux mille vingt-six"},
		{"date", "2026-08-11", Default, "onze août deux mille vingt-six"},
		{"date", "1999-12-31", Default, "trente et un décembre mille neuf cent quatre-vingt-dix-neuf"},
		{"date", "2026-01-04", Weekday, "dimanche quatre janvier deux mille vingt-six"},
		{"date", "2026-10-13", Near, "demain"},
		{"date", "2026-10-14", Near, "après-demain"},
		{"date", "2026-11-01", Short, "premier novembre"},
		{"month", "2026-02", Default, "février deux mille vingt-six"},
		{"quarter", "2026Q1", Default, "premier trimestre deux mille vingt-six"},
		{"time", "00:05", Default, "minuit cinq"},
		{"time", "01:01", Default, "une heure une"},
		{"time", "12:00", Default, "midi"},
		{"time", "12:30", Default, "midi trente"},
		{"time", "21:21", Default, "vingt et une heures vingt et une"},
		{"duration", "1h0m5s", Default, "une heure et cinq secondes"},
		{"duration", "1h30m", Default, "une heure et trente minutes"},
		{"duration", "1d2h3m", Default, "un jour, deux heures et trois minutes"},
		{"duration", "81m", Default, "une heure et vingt et une minutes"},
		{"duration", "2.5s", Default, "deux virgule cinq secondes"},
		{"workdays", "1", Default, "un jour ouvrable"},
		{"months", "3", Default, "trois mois"},
		{"digits", "0178", Default, "zéro un sept huit"},
		{"phone", "13800138000", Masked, "se terminant par huit zéro zéro zéro"},
		{"yesno", "yes", Default, "oui"},
		{"language", "fr", Default, "français"},
	})
	for _, c := range []struct{ kind, text, want string }{
		{"money", "1234567.5", "1\u202f234\u202f567,50 yuans"},
		{"number", "1200.5", "1\u202f200,5"},
		{"date", "2026-10-01", "1er octobre 2026"},
		{"date", "2026-10-12", "12 octobre 2026"},
		{"duration", "1h0m5s", "1 heure 5 secondes"},
	} {
		if got := Write("fr", value(t, c.kind, c.text), Default, Context{}); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.kind, c.text, got, c.want)
		}
	}
}

func TestSpeakCantonese(t *testing.T) {
	readings(t, "yue", []row{
		{"number", "0", Default, "零"},
		{"number", "2", Default, "二"},
		{"number", "2", Count, "两"},
		{"number", "12", Count, "十二"},
		{"number", "22", Count, "二十二"},
		{"number", "20", Default, "二十"},
		{"number", "22", Default, "二十二"},
		{"number", "30", Default, "三十"},
		{"number", "10", Default, "十"},
		{"number", "11", Default, "十一"},
		{"number", "110", Default, "一百一十"},
		{"number", "101", Default, "一百零一"},
		{"number", "200", Default, "二百"},
		{"number", "222", Default, "二百二十二"},
		{"number", "2000", Default, "二千"},
		{"number", "2002", Default, "二千零二"},
		{"number", "2020", Default, "二千零二十"},
		{"number", "10000", Default, "一万"},
		{"number", "20000", Default, "二万"},
		{"number", "22000", Default, "二万二千"},
		{"number", "100010", Default, "十万零一十"},
		{"number", "110000", Default, "十一万"},
		{"number", "200000000", Default, "二亿"},
		{"number", "100010000", Default, "一亿零一万"},
		{"number", "2.5", Default, "二点五"},
		{"number", "-3", Default, "负三"},
		{"number", "2", Ordinal, "第二"},
		{"number", "22", Ordinal, "第二十二"},
		{"number", "0.2", Percentage, "百分之二十"},
		{"percent", "0.05%", Default, "百分之零点零五"},
		{"money", "0", Default, "零蚊"},
		{"money", "0.01", Default, "一分"},
		{"money", "0.02", Default, "两分"},
		{"money", "0.10", Default, "一毫"},
		{"money", "0.22", Default, "两毫两分"},
		{"money", "1.05", Default, "一蚊零五分"},
		{"money", "1.50", Default, "一蚊五毫"},
		{"money", "2", Default, "两蚊"},
		{"money", "12", Default, "十二蚊"},
		{"money", "20.20", Default, "二十蚊两毫"},
		{"money", "200", Default, "二百蚊"},
		{"money", "2000", Default, "二千蚊"},
		{"money", "1200.50", Default, "一千二百蚊五毫"},
		{"money", "10500", Default, "一万零五百蚊"},
		{"money", "-12.5", Default, "负十二蚊五毫"},
		{"date", "2026-10-01", Default, "二零二六年十月一号"},
		{"date", "2026-10-02", Default, "二零二六年十月二号"},
		{"date", "2011-11-21", Default, "二零一一年十一月二十一号"},
		{"date", "2026-01-04", Weekday, "二零二六年一月四号，星期日"},
		{"date", "2026-10-11", Near, "寻日"},
		{"date", "2026-10-12", Near, "今日"},
		{"date", "2026-10-13", Near, "听日"},
		{"date", "2026-10-14", Near, "后日"},
		{"date", "2026-10-20", Short, "十月二十号"},
		{"month", "2026-02", Default, "二零二六年二月"},
		{"quarter", "Q2", Default, "第二季度"},
		{"time", "02:00", Default, "两点正"},
		{"time", "12:00", Default, "十二点正"},
		{"time", "00:05", Default, "零点零五分"},
		{"time", "02:02", Default, "两点零二分"},
		{"time", "13:30", Default, "十三点三十分"},
		{"duration", "2h", Default, "两小时"},
		{"duration", "1h0m5s", Default, "一小时零五秒"},
		{"duration", "2d", Default, "两日"},
		{"workdays", "2", Default, "两个工作日"},
		{"months", "3", Default, "三个月"},
		{"digits", "0102", Default, "零一零二"},
		{"phone", "13800138000", Default, "一三八，零零一三，八零零零"},
		{"phone", "13800138000", Masked, "尾号八零零零"},
		{"text", "陈大文", Masked, "陈生"},
		{"yesno", "no", Default, "唔系"},
		{"language", "yue", Default, "粤语"},
	})
	if got := Write("yue", value(t, "date", "2026-10-01"), Default, Context{}); got != "2026年10月1日" {
		t.Errorf("written: %s", got)
	}
	for n := range int64(2_000_000) {
		if n%37 == 0 || n < 3000 {
			s := Speak("yue", Value{Kind: Number, N: n * 1_000_000}, Default, Context{})
			if strings.ContainsAny(s, "廿卅幺两") {
				t.Fatalf("%d: %s", n, s)
			}
		}
	}
}

// TestMenuIsSpokenInEveryLanguage offers the hotline's options as `say options` does, and has them spoken by
// espeak-ng where it is installed.
func TestMenuIsSpokenInEveryLanguage(t *testing.T) {
	keys := []string{"1", "2", "3", "4", "5", "7", "0", "*"}
	for lang, c := range map[string]struct {
		labels       []string
		begins, ends string
	}{
		"zh": {[]string{"业务咨询", "自助查询", "电话申报", "投诉举报", "工单进度", "办税厅查询", "人工服务", "重听"},
			"业务咨询请按1，自助查询请按2，", "人工服务请按0，重听请按星号键。"},
		"en": {[]string{"advice", "self-service", "filing", "a complaint", "a ticket", "the halls", "an agent",
			"the menu again"}, "for advice, press 1; for self-service, press 2; ",
			"for an agent, press 0; for the menu again, press star."},
		"fr": {[]string{"un conseil", "le libre-service", "une déclaration", "une réclamation", "un dossier",
			"les centres des impôts", "un agent", "réécouter"},
			"pour un conseil, tapez 1 ; pour le libre-service, tapez 2 ; ",
			"pour un agent, tapez 0 ; pour réécouter, tapez étoile."},
		"yue": {[]string{"业务查询", "自助查询", "电话报税", "投诉举报", "个案进度", "税务中心", "人工服务", "听多次"},
			"业务查询请按1，自助查询请按2，", "人工服务请按0，听多次请按星号键。"},
	} {
		got := Voice{}.Offers(lang, c.labels, keys)
		if !strings.HasPrefix(got, c.begins) || !strings.HasSuffix(got, c.ends) {
			t.Errorf("%s: %s", lang, got)
		}
		table, _ := Lookup(lang)
		if _, err := exec.LookPath("espeak-ng"); err != nil {
			continue
		}
		cmd := exec.Command("espeak-ng", "-v", table.Espeak, "--stdin", "--stdout")
		cmd.Stdin = strings.NewReader(got)
		sound, err := cmd.Output()
		loud := 0
		for i := 44; i+1 < len(sound); i += 2 {
			if n := int16(sound[i]) | int16(sound[i+1])<<8; n > 1_000 || n < -1_000 {
				loud++
			}
		}
		const rate = 22_050
		if length := (len(sound) - 44) / 2; err != nil || length < 5*rate || loud < length/10 {
			t.Errorf("%s is not spoken: %v, %d samples, %d of them loud", lang, err, length, loud)
		}
	}
}
