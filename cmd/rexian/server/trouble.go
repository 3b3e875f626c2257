package server

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"rexian/lang/diag"
)

// Trouble is why a server does not start: one sentence for who starts it, which says what is wrong and what to do.
type Trouble struct {
	diag.Text
	Err error // what it comes from; may be nil
}

func (e *Trouble) Error() string { return e.En }

func (e *Trouble) Unwrap() error { return e.Err }

// Notice is something that who starts a server must know and that does not keep it from serving.
type Notice struct {
	diag.Text
	Findings []diag.Diagnostic // in the program, where it is about one
	Source   func(file string) []byte
}

// tell tells the log and who starts the server.
func (s *Server) tell(n Notice) {
	s.log.Warn(n.En)
	if s.o.Tell != nil {
		s.o.Tell(n)
	}
}

// says is a sentence in both tongues, filled as fmt.Sprintf does.
func says(zh, en string, args ...any) diag.Text {
	return diag.Text{Zh: fmt.Sprintf(zh, args...), En: fmt.Sprintf(en, args...)}
}

// trouble is a sentence that ends with why the system refused, and what to do about that.
func trouble(begin diag.Text, err error) error {
	why := reason(err)
	return &Trouble{Text: diag.Text{Zh: begin.Zh + why.Zh, En: begin.En + why.En}, Err: err}
}

// reason says why the system refused something, and what to do.
func reason(err error) diag.Text {
	for _, r := range []struct {
		is   []error
		text diag.Text
	}{
		{[]error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG},
			diag.Text{Zh: "磁盘满了，腾出空间再启动", En: "the disk is full; make room and start again"}},
		{[]error{syscall.EROFS},
			diag.Text{Zh: "文件系统是只读的，重新挂载为可写", En: "the file system is read-only; mount it for writing"}},
		{[]error{fs.ErrPermission}, diag.Text{Zh: fmt.Sprintf("没有权限，让运行 rexian 的用户（编号 %d）拥有它", os.Getuid()),
			En: fmt.Sprintf("it is not permitted; let the user that runs rexian (number %d) own it", os.Getuid())}},
		{[]error{syscall.ENOTDIR, syscall.EISDIR, fs.ErrExist},
			diag.Text{Zh: "那里的文件夹和文件弄反了，移开它",
				En: "there is a file in place of a folder, or a folder in place of a file; move it away"}},
		{[]error{syscall.EMFILE, syscall.ENFILE},
			diag.Text{Zh: "打开的文件太多，调大 ulimit -n", En: "too many files are open; raise ulimit -n"}},
		{[]error{syscall.EADDRINUSE}, diag.Text{Zh: "已被别的程序占用，停掉那个程序（ss -lnp 看是哪个），或者换一个地址",
			En: "another program has it; stop that one (ss -lnp shows which), or take another address"}},
		{[]error{syscall.EADDRNOTAVAIL}, diag.Text{Zh: "这台机器没有这个地址，改成它有的（ip addr 可以看）",
			En: "this machine has no such address; take one that it has (ip addr shows them)"}},
		{[]error{fs.ErrNotExist}, diag.Text{Zh: "不在那里", En: "it is not there"}},
	} {
		for _, is := range r.is {
			if errors.Is(err, is) {
				return r.text
			}
		}
	}
	return diag.Text{Zh: err.Error(), En: err.Error()}
}
