// Package node is this server among others on one database: a name that no other running server has, and word of
// which of the others are gone.
//
// The name is a row with a count that its holder raises every few seconds, its beat. Nobody compares clocks: a node
// is held for dead by who has beaten many times himself, without a gap, and has seen the other's count stand still
// meanwhile. So neither a wrong clock nor a database that was away for everybody makes anybody dead.
//
//	Take ──▶ held ──beats──▶ held … ──Release──▶ given back
//	 │         └ another has the name: lost, until the other's beat stands still
//	 └ Taken: another server of this name beats
//
// A name that was not given back (a kill, a power cut) is taken over at once by who can prove that its holder is
// dead: the data folder is the same, only one program at a time may have that open, and the machine has not started
// anew since. Else it is taken over as soon as the beat has stood still for long enough.
package node

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
	"unicode"

	"rexian/lang/diag"
	"rexian/stdlib/db"
)

// MaxName is the longest name, in bytes.
const MaxName = 64

// Options are a node's circumstances. A zero field takes the default beside it.
type Options struct {
	Name   string           // the same after a restart; required
	Boot   string           // this start of the program, never the same twice; required
	Mark   string           // the data folder's, see Mark; required
	Every  time.Duration    // between two beats: 3 s
	Misses int              // beats of ours without one of another's, until that one is dead: 10
	Died   func(Dead)       // told once of each that is gone, on the goroutine of Run. None
	Now    func() time.Time // time.Now
	Logger *slog.Logger     // none
	sleep  func(context.Context, time.Duration) error
}

// Node is this server's place among others. It is safe for use by several goroutines.
type Node struct {
	db     *db.DB
	o      Options
	host   string
	kernel string

	mu     sync.Mutex
	held   bool
	last   time.Time         // of our latest beat that was written
	others map[string]*other // by name
	rival  *other            // who has our name
	looked bool              // the others were looked at
	ahead  bool              // the clock was told to differ from the database's
}

// other is what was seen of another node.
type other struct {
	boot   string
	beat   int64
	ended  bool
	misses int
	dead   bool
}

// row is a node as it is stored.
type row struct {
	Name    string `db:"name"`
	Boot    string `db:"boot"`
	Folder  string `db:"folder"`
	Kernel  string `db:"kernel"`
	Host    string `db:"host"`
	Process int64  `db:"process"`
	Since   int64  `db:"since"`
	Beat    int64  `db:"beat"`
	Ended   *int64 `db:"ended"`
}

// Taken means that another running server has the name.
type Taken struct {
	Name  string
	Host  string
	Since time.Time // when that server started, by its own clock
}

func (e *Taken) Error() string { return e.In(diag.En) }

// In is the one sentence for who starts a server, in a tongue.
func (e *Taken) In(t diag.Tongue) string {
	since := e.Since.Format("2006-01-02 15:04:05")
	return diag.Text{
		Zh: fmt.Sprintf("名为“%s”的节点已经在运行（主机 %s，%s 启动）：给这一个另起名字，写 rexian.toml 的 node 或用 --node；如果就是要换掉它，先停掉那一个",
			e.Name, e.Host, since),
		En: fmt.Sprintf("a server named %q is running already (on %s, since %s): give this one another name, by node in "+
			"rexian.toml or --node, or stop that one first if this is to replace it", e.Name, e.Host, since),
	}.In(t)
}

// CheckName tells whether a text can be a node's name; the zero Text if it can.
func CheckName(s string) diag.Text {
	switch {
	case s == "" || len(s) > MaxName:
		return diag.Text{Zh: fmt.Sprintf("节点名要有 1 到 %d 个字节", MaxName),
			En: fmt.Sprintf("a node's name has 1 to %d bytes", MaxName)}
	case strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-._", r)
	}):
		return diag.Text{Zh: "节点名只能有字母、汉字、数字和 - . _", En: "a node's name has letters, digits and - . _ only"}
	}
	return diag.Text{}
}

// Mark is the secret of a data folder, which is made at the first call. Only who has the folder may call it.
func Mark(folder string) (string, error) {
	file := filepath.Join(folder, "node")
	b, err := os.ReadFile(file)
	if err == nil && len(strings.TrimSpace(string(b))) >= 16 {
		return strings.TrimSpace(string(b)), nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read the data folder's mark: %w", err)
	}
	fresh := make([]byte, 16)
	if _, err := rand.Read(fresh); err != nil {
		return "", fmt.Errorf("make the data folder's mark: %w", err)
	}
	mark := hex.EncodeToString(fresh)
	if err := os.WriteFile(file, []byte(mark+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("keep the data folder's mark: %w", err)
	}
	return mark, nil
}

// New prepares a node; Take makes it one.
func New(d *db.DB, o Options) *Node {
	if o.Every <= 0 {
		o.Every = 3 * time.Second
	}
	if o.Misses <= 0 {
		o.Misses = 10
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.sleep == nil {
		o.sleep = sleep
	}
	host, err := os.Hostname()
	if err != nil {
		host = "?"
	}
	return &Node{db: d, o: o, host: host, kernel: kernel(), others: map[string]*other{}}
}

// kernel names this start of this machine; "" where that cannot be told.
func kernel() string {
	b, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// Name is the node's name.
func (n *Node) Name() string { return n.o.Name }

// Held tells whether the name is ours: false before Take, and while another server has it.
func (n *Node) Held() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.held
}

// Alone tells that no other server works on the database, as far as was seen last: whoever was seen then may be cut off
// from it as we are. Before the others were looked at nobody is alone, but on SQLite, which only one server opens.
func (n *Node) Alone() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.db.Engine() == db.SQLite {
		return true
	}
	for _, o := range n.others {
		if !o.dead {
			return false
		}
	}
	return n.looked
}

// sleep waits, or returns the context's error if that ends first.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
