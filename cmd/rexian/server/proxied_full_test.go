//go:build nodes

package server_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// freeAddress is an address of this machine at which nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.LocalAddr().String()
}

// proxied starts Kamailio before servers, of which the first that lives gets all calls, and gives its host:port.
func proxied(t *testing.T, servers ...string) string {
	t.Helper()
	modules, err := filepath.Glob("/usr/lib/*/kamailio/modules")
	if err != nil || len(modules) == 0 {
		t.Skip("Kamailio is not installed: run `make nodes`")
	}
	template, err := os.ReadFile("testdata/dispatcher.cfg")
	if err != nil {
		t.Fatal(err)
	}
	dir, at := t.TempDir(), freeAddress(t)
	_, port, _ := strings.Cut(at, ":")
	list := ""
	for i, s := range servers {
		list += fmt.Sprintf("1 sip:%s 0 %d\n", s, len(servers)-i)
	}
	text := strings.NewReplacer("PORT", port, "MODULES", modules[0], "FOLDER", dir).Replace(string(template))
	for name, text := range map[string]string{"kamailio.cfg": text, "servers.list": list} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var said bytes.Buffer
	path, err := exec.LookPath("kamailio")
	if err != nil {
		path = "/usr/sbin/kamailio" // not in everybody's path
	}
	cmd := exec.Command(path, "-DD", "-E", "-f", "kamailio.cfg", "-m", "64", "-M", "8", "-Y", dir, "-w", dir)
	cmd.Dir, cmd.Stderr, cmd.Stdout = dir, &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait() // by a signal
		if t.Failed() {
			t.Logf("Kamailio said: %s", said.String())
		}
	})
	return at
}

// setUp places a call that is answered, and hangs up; or says why not.
func (c *callers) setUp(at string) error {
	ctx, cancel := context.WithTimeout(c.t.Context(), 30*time.Second)
	defer cancel()
	call, err := c.call(ctx, at)
	if err == nil {
		call.Hangup()
	}
	return err
}
