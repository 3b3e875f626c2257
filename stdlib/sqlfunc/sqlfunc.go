// Package sqlfunc makes library functions of SQL files, so that a bureau adds a lookup to its flows without
// programming.
//
// A file begins with a header of comments and goes on with one statement:
//
//	-- 函数: 外部.余额 | bureau.balance
//	-- 参数: 税号 | id: 税号
//	-- 参数: 年度 | year: 数值 可省
//	-- 结果: 账户 | account { 余额 | balance: 金额, 更新 | updated: 时间点 }
//	-- 结局: 未找到
//	-- 时限: 3秒
//	-- 库: 外部
//	-- 说明: 按税号查账户余额。 | The balance of an account.
//	-- 例: 设 户 = 外部.余额("913701001000000409") 否则 挂机  播放 "{户.余额}"
//	-- 假定: {余额: 100元, 更新: 2026-10-12 09:00}
//	SELECT balance, updated FROM accounts WHERE tax_id = :id
//
// A file that answers a lookup of the library from the bureau's own tables has its name instead of a signature:
//
//	-- 代替: 纳税人.欠税
//	-- 库: 外部
//	-- 留存: 24小时
//	SELECT …
//
// 留存 (keep) lets the last answer to the same question serve while the database does not. A record of a file's own with
// a field `截至 | as_of: 时间点` tells of when an answer is.
//
// Keys and types may be written in either tongue (function, parameter, result, outcomes, limit, database, doc, example,
// fake, writes, replaces, keep; optional, list). A result is a type, a record of the library by its name, a record of
// its own in braces, `列表` before any of these, or nothing. Columns meet a record's fields by their names in either
// tongue.
//
// In the statement :name is a parameter by either of its names. :caller (来电号码), :call_id (通话编号) and :now (现在, Unix
// milliseconds) are there without being declared. What comes out of a column and what goes into a parameter is stated
// at fromColumn and toArgument. A statement only reads, unless the header says `-- 写入: 是`.
package sqlfunc

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/diag"
)

// Folders are where a program keeps its SQL files, under its root.
var Folders = []string{"查询", "library"}

// Bureau names the second, read-only database in a header.
const Bureau = "bureau"

// Limits of a file and of what it answers.
const (
	MaxFile = 256 << 10 // bytes of a file
	MaxRows = 1000      // rows of a list; further ones are left out
	// DefaultLimit is the time a query may take if its header does not say.
	DefaultLimit = 3 * time.Second
)

// Query is a library function that a SQL file defines.
type Query struct {
	File     string // its path
	Function *library.Function
	Record   *types.Record // the record of its own that it declares; nil if none
	Database string        // "" the program's own, Bureau the second one
	Limit    time.Duration
	Writes   bool
	Replaces bool          // it answers a lookup of the library, whose signature it has
	Keep     time.Duration // how old an answer may be that serves while the database does not; 0: none does
	SQL      string        // the statement with `?`
	Source   []byte        // the file
	args     []int         // for each `?` the parameter's index, or one of the circumstances below
	line     int           // of the statement
}

// Indexes of what a query may use without declaring it.
const (
	callerArg = -1 - iota
	callArg
	nowArg
)

// Problem is something wrong with a file. Line counts from 1.
type Problem struct {
	File string
	Line int
	diag.Text
}

// Error shows a problem in both tongues.
func (p Problem) Error() string { return fmt.Sprintf("%s:%d: %s / %s", p.File, p.Line, p.Zh, p.En) }

// Load reads all SQL files in the Folders under a program's root, in the order of their paths. A file with a problem
// gives no query.
func Load(root fs.FS) ([]*Query, []Problem) {
	var files []string
	for _, folder := range Folders {
		// A folder that is not there holds no queries.
		_ = fs.WalkDir(root, folder, func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && strings.EqualFold(path.Ext(name), ".sql") {
				files = append(files, name)
			}
			return nil
		})
	}
	slices.Sort(files)
	var all []*Query
	var wrong []Problem
	for _, name := range files {
		info, err := fs.Stat(root, name)
		if err == nil && info.Size() > MaxFile {
			err = fmt.Errorf("%d bytes are more than %d", info.Size(), MaxFile)
		}
		var src []byte
		if err == nil {
			src, err = fs.ReadFile(root, name)
		}
		if err != nil {
			wrong = append(wrong, Problem{name, 1,
				diag.Text{Zh: "读不出这个文件：" + err.Error(), En: "the file cannot be read: " + err.Error()}})
			continue
		}
		q, problems := Parse(name, src)
		wrong = append(wrong, problems...)
		if q != nil {
			all = append(all, q)
		}
	}
	return all, wrong
}

// Extend adds queries to a library. A query whose names are taken is left out and is a problem.
func Extend(base *library.Registry, queries []*Query) (*library.Registry, []Problem) {
	var wrong []Problem
	replaced := map[string]bool{}
	for _, q := range queries {
		if q.Replaces {
			if replaced[q.Function.ID] {
				wrong = append(wrong, Problem{q.File, 1, diag.Text{Zh: "另一个文件已经代替了 " + q.Function.ID,
					En: "another file replaces " + q.Function.ID + " already"}})
			}
			replaced[q.Function.ID] = true
			continue
		}
		var own []*types.Record
		if q.Record != nil {
			own = append(own, q.Record)
		}
		more, err := base.Extend([]*library.Function{q.Function}, own)
		if err != nil {
			wrong = append(wrong, Problem{q.File, 1,
				diag.Text{Zh: "名称不能用：" + err.Error(), En: "the name cannot be used: " + err.Error()}})
			continue
		}
		base = more
	}
	return base, wrong
}
