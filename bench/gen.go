package main

import (
	"fmt"
	"strings"
)

// A generated hotline is GenFiles files of GenLines lines each: 20,000 lines of what such a program is made of.
const (
	GenFiles = 10
	GenLines = 2_000
)

// Source is one file of a program. Path is relative to the program's root.
type Source struct {
	Path string
	Text []byte
}

// taxes are the departments, one file each; matters are the services that a department may have on the phone.
var (
	taxes   = [GenFiles]string{"增值税", "消费税", "所得税", "个税", "印花税", "社保费", "房产税", "车购税", "环保税", "资源税"}
	matters = []string{
		"优惠政策", "申报期限", "发票开具", "退税办理", "税率适用", "登记变更", "跨区迁移", "注销清税", "红字发票", "延期缴纳",
		"汇算清缴", "完税证明",
	}
)

// groupSize is how many services stand in one menu, so that it can be heard through.
const groupSize = 4

// Generate writes a valid hotline of GenFiles files with GenLines lines each: menus three deep, questions of most
// kinds, lookups with their outcomes, queues, prompts in two languages, templates, loops, and tests that walk
// each service. It is the same text every time.
func Generate() []Source {
	files := make([]Source, GenFiles)
	for i := range files {
		files[i] = Source{Path: fmt.Sprintf("%02d-%s.flow", i, taxes[i]), Text: []byte(department(i))}
	}
	return files
}

// department writes the file of one tax: as many services as fit, then the menus that lead to them, then calls with
// other numbers and amounts up to the last line.
func department(i int) string {
	var b strings.Builder
	if i == 0 {
		b.WriteString(shared)
		b.WriteString(entrance())
	}
	tax := taxes[i]
	b.WriteString(fill(queueText, "«税»", tax))

	services := make([]string, len(matters))
	for j := range matters {
		services[j] = service(i, j)
	}
	n, lines := 0, count(b.String())
	for n < len(services) {
		next := lines + count(services[n])
		if next+count(menus(i, n+1)) > GenLines {
			break
		}
		lines = next
		n++
	}
	for _, s := range services[:n] {
		b.WriteString(s)
	}
	b.WriteString(menus(i, n))

	lines = count(b.String())
	for k := 0; ; k++ {
		t := estimateTest(i, k%n, 1+k/n)
		if lines += count(t); lines > GenLines {
			break
		}
		b.WriteString(t)
	}
	text := b.String()
	for k := count(text); k < GenLines; k++ {
		text += "// " + tax + "：以上各项由本科室维护。\n"
	}
	return text
}

func count(s string) int { return strings.Count(s, "\n") }

func fill(text string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(text) }

// keysTo are the keys from the welcome to a service.
func keysTo(tax, matter int) string {
	return fmt.Sprintf("%d%d%d%d", 1+tax/5, 1+tax%5, 1+matter/groupSize, 1+matter%groupSize)
}

// service writes one service: its menu, what lies behind each key, and the tests that walk there.
func service(tax, matter int) string {
	return fill(serviceText,
		"«税»", taxes[tax], "«事»", matters[matter], "«名»", taxes[tax]+matters[matter], "«键»", keysTo(tax, matter),
		"«限»", fmt.Sprint(3+matter%5), "«线»", fmt.Sprint(100+50*matter), "«路»", fmt.Sprint(1+matter%9)) +
		estimateTest(tax, matter, 0)
}

// estimateTest is a call that has a tax estimated, the k-th of its service.
func estimateTest(tax, matter, k int) string {
	return fill(estimateText, "«名»", taxes[tax]+matters[matter], "«键»", keysTo(tax, matter), "«次»", fmt.Sprint(k+1),
		"«尾»", fmt.Sprintf("%04d", (tax*1000+matter*37+k*7)%10000), "«元»", fmt.Sprint(1000+100*matter+10*k))
}

// menus writes the department's menu and one for each group of its n services.
func menus(tax, n int) string {
	var b strings.Builder
	groups := (n + groupSize - 1) / groupSize
	var labels, targets []string
	for g := range groups {
		labels = append(labels, matters[g*groupSize]+"等")
		targets = append(targets, fmt.Sprintf("%s第%s组", taxes[tax], ordinal(g)))
	}
	menu(&b, taxes[tax]+"总菜单", labels, targets, "主菜单", taxes[tax]+"队列")
	for g := range groups {
		to := min(n, (g+1)*groupSize)
		labels, targets := matters[g*groupSize:to], []string(nil)
		for _, m := range labels {
			targets = append(targets, taxes[tax]+m)
		}
		menu(&b, fmt.Sprintf("%s第%s组", taxes[tax], ordinal(g)), labels, targets, taxes[tax]+"总菜单", taxes[tax]+"队列")
	}
	return b.String()
}

// entrance writes the menus from the welcome to the departments.
func entrance() string {
	var b strings.Builder
	menu(&b, "主菜单", []string{"纳税业务", "缴费和其他税种"}, []string{"纳税业务", "其他税种"}, "", "增值税队列")
	for half, name := range []string{"纳税业务", "其他税种"} {
		labels, targets := taxes[half*5:half*5+5], []string(nil)
		for _, t := range labels {
			targets = append(targets, t+"总菜单")
		}
		menu(&b, name, labels, targets, "主菜单", "增值税队列")
	}
	return b.String()
}

// menu writes one menu of labels and where they lead; back is the menu above, "" for none.
func menu(b *strings.Builder, name string, labels, targets []string, back, queue string) {
	fmt.Fprintf(b, "菜单 %s {\n  播放 \"", name)
	for k, l := range labels {
		fmt.Fprintf(b, "%s请按%d，", l, k+1)
	}
	if back != "" {
		b.WriteString("返回请按9，")
	}
	b.WriteString("人工服务请按0，重听请按星号键。\"\n")
	for k, l := range labels {
		fmt.Fprintf(b, "  按 %d %q 转到 %s\n", k+1, l, targets[k])
	}
	if back != "" {
		fmt.Fprintf(b, "  按 9 \"返回\" 转到 %s\n", back)
	}
	fmt.Fprintf(b, "  按 0 \"人工服务\" 转到 人工(%s)\n  按 * 重听\n  等待 5秒  最多 3次\n  否则 转到 人工(%s)\n}\n\n", queue, queue)
}

// ordinal is a group's number in words: a name may not hold a blank, and a figure reads badly in the middle of one.
func ordinal(n int) string { return string([]rune("一二三四五六七八九")[n]) }
