package server

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"time"

	"github.com/lib/pq"

	"rexian/lang/diag"
	"rexian/stdlib/db"
	"rexian/stdlib/node"
)

// proveTime is how long a start waits for the pages of a database file to be read; the rest is read while calls come
// in.
const proveTime = 2 * time.Second

// proveDatabase looks whether the database file is what was written, for a damaged page is else found in a call.
func (s *Server) proveDatabase(ctx context.Context) error {
	if s.library.DB().Engine() != db.SQLite {
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, proveTime)
	defer cancel()
	err := s.library.DB().Prove(limited)
	if err == nil || db.IsDamaged(err) || limited.Err() == nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s.running.Go(func() {
		if err := s.library.DB().Prove(s.background); err != nil && s.background.Err() == nil {
			s.log.Error("the database file is not what was written: stop the server and take the file from a backup",
				"error", err)
		}
	})
	return nil
}

// databaseTrouble says why the library could not be opened: its database, or its folder.
func (s *Server) databaseTrouble(err error) error {
	name := db.Redact(s.config.Database.URL.Reveal())
	if name == "" {
		name = s.data("rexian.db")
	}
	name = strings.TrimPrefix(name, "sqlite:")
	if path, ok := errors.AsType[*fs.PathError](err); ok &&
		path.Path != name { // the spool, or another file of the data folder
		return trouble(says("%s 不能用：", "%s cannot be used: ", path.Path), err)
	}
	tell := func(zh, en string) error {
		return &Trouble{Text: says("数据库 %s "+zh, "the database %s "+en, name), Err: err}
	}
	if _, ok := errors.AsType[*node.Taken](err); ok {
		return err
	}
	refused, _ := errors.AsType[*pq.Error](err)
	switch {
	case errors.Is(err, db.ErrNewer):
		return tell("是更新版本的 rexian 用过的：换成那个版本，或者恢复升级之前的备份",
			"was used by a newer version of rexian: run that one, or take back the backup from before the upgrade")
	case db.IsDamaged(err):
		return tell("有损坏：停掉服务，用备份换掉它；没有备份就移开它，服务会新建一个",
			"is damaged: put a backup in its place; without one, move it away and a new one is made")
	case db.IsFull(err):
		return tell("写不进去：磁盘满了，腾出空间再启动", "cannot be written: the disk is full; make room and start again")
	case db.IsBusy(err):
		return tell("正被别的程序占用：停掉那个程序再启动", "is held by another program: stop that one and start again")
	case db.IsFailing(err):
		return tell("读写出错：看看磁盘是不是满了、只读了或者坏了",
			"cannot be read or written: look whether the disk is full, read-only or broken")
	case errors.Is(err, db.ErrPooler):
		return &Trouble{Text: diag.Text{Zh: "数据库前面有连接池：在 [database] 下写 pooler = \"yes\"", En: err.Error()}, Err: err}
	case refused != nil && strings.HasPrefix(string(refused.Code), "28"):
		return tell("不让登录：检查 database.url 的用户和口令",
			"refuses the login: look at the user and the password of database.url")
	case refused != nil && refused.Code == "3D000":
		return tell("还没有建：先 createdb", "is not there yet: make it with createdb")
	case refused != nil && refused.Code == "42501":
		return tell("不给建表的权限：让这个用户拥有它", "does not let this user make tables: let the user own it")
	}
	return trouble(says("数据库 %s 打不开：", "the database %s cannot be opened: ", name), err)
}
