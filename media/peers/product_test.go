//go:build peers && linux

package peers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rexian/cmd/rexian/config"
	"rexian/cmd/rexian/server"
	"rexian/console/api"
)

// flows of the product under test: one number looks for an agent, the other two are passed on to a carrier.
const flows = `接入号 "12366" 进入 找座席
接入号 "12367" 进入 转出去
接入号 "12368" 进入 转两处
缺省 { 时区 "Asia/Shanghai"  当 出错 挂机 }
队列 咨询 { 技能组 "咨询"  分配 最长空闲  振铃 10秒 }
流程 找座席 { 播放 "请稍候" 排队 咨询 否则 挂机 挂机 }
流程 转出去 { 播放 "请稍候" 转接 "053112366" 否则 { 播放 "没接通" 挂机 } }
流程 转两处 { 播放 "请稍候" 转接 "053188880000" 否则 { 播放 "没接通" 挂机 } }
`

// product is the whole program among peers.
type product struct {
	*server.Server
	t   *testing.T
	log *lockedWriter
}

// newProduct starts it with a configuration; zone is what the name server knows, targets by service.
func newProduct(t *testing.T, toml string, zone map[string][]netip.AddrPort) *product {
	t.Helper()
	return newProductWith(t, toml, zone, func(*config.Config) {})
}

// newProductAt starts it at a port that was chosen before: somebody had to be told.
func newProductAt(t *testing.T, port int, toml string) *product {
	t.Helper()
	return newProductWith(t, toml, nil, func(c *config.Config) {
		c.SIP.Listen = []string{fmt.Sprintf("udp://127.0.0.1:%d", port)}
	})
}

// newProductWith may also change what the configuration says.
func newProductWith(t *testing.T, toml string, zone map[string][]netip.AddrPort, change func(*config.Config)) *product {
	t.Helper()
	cfg, err := config.Parse([]byte(toml), filepath.Join(t.TempDir(), "rexian.toml"))
	if err != nil {
		t.Fatal(err)
	}
	cfg.Flows, cfg.Data = t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(cfg.Flows, "a.flow"), []byte(flows), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg.SIP.Listen, cfg.HTTP.Listen = []string{fmt.Sprintf("udp://127.0.0.1:%d", freePort(t))}, "127.0.0.1:0"
	cfg.SIP.Inbound, cfg.SIP.Digest = "everybody", "md5"
	cfg.Media.PortMin, cfg.Media.PortMax = 0, 0
	cfg.Recording.Calls, cfg.Voice.Engine = "none", "none"
	change(cfg)
	p := &product{t: t, log: &lockedWriter{}}
	p.Server, err = server.Start(t.Context(), server.Options{Config: cfg,
		Logger: slog.New(slog.NewTextHandler(p.log, nil)),
		Resolve: func(_ context.Context, host string) ([]netip.Addr, error) {
			if strings.HasSuffix(host, ".carrier.example") {
				return []netip.Addr{loopback}, nil
			}
			return nil, errors.New("no such host")
		},
		SRV: func(_ context.Context, service, proto, name string) (list []*net.SRV, err error) {
			for i, at := range zone["_"+service+"._"+proto+"."+name] {
				list = append(list,
					&net.SRV{Target: fmt.Sprintf("n%d.carrier.example", i), Port: at.Port(),
						Priority: uint16(i)})
			}
			return list, nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("the program's log:\n%s", tail(p.log.String(), 40))
		}
	})
	return p
}

func (p *product) address() string { return strings.TrimPrefix(p.Addrs()[0], "udp://") }

// read asks the administration.
func (p *product) read(path string, into any) {
	p.t.Helper()
	res, err := http.Get("http://" + p.Web().String() + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		p.t.Fatal(err)
	}
}

// calls are the records of so many calls, when all have ended.
func (p *product) calls(n int) []api.Brief {
	p.t.Helper()
	var list struct {
		Calls []api.Brief `json:"calls"`
	}
	until(p.t, "the calls are written down", func() bool {
		p.read("/api/v1/calls", &list)
		for _, c := range list.Calls {
			if c.Ended == 0 {
				return false
			}
		}
		return len(list.Calls) == n
	})
	return list.Calls
}

// legs are those of a call, when all have ended.
func (p *product) legs(id string) []api.Leg {
	p.t.Helper()
	var call api.Call
	until(p.t, "the legs are written down", func() bool {
		p.read("/api/v1/calls/"+id, &call)
		for _, l := range call.List {
			if l.Ended == 0 {
				return false
			}
		}
		return true
	})
	return call.List
}

// call is the record of the only call, when it has ended, and the SIP messages of its legs.
func (p *product) call() (call api.Call, wire []api.Message) {
	p.t.Helper()
	id := p.calls(1)[0].ID
	p.legs(id)
	p.read("/api/v1/calls/"+id, &call)
	var kept api.Messages
	p.read("/api/v1/calls/"+id+"/messages", &kept)
	return call, kept.Messages
}

// silent is the address of somebody who hears everything and says nothing.
func silent(t *testing.T) netip.AddrPort {
	t.Helper()
	c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(loopback, 0)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c.LocalAddr().(*net.UDPAddr).AddrPort()
}

func local(port int) netip.AddrPort { return netip.AddrPortFrom(loopback, uint16(port)) }

// headline is the first line of a message.
func headline(m *api.Message) string {
	line, _, _ := bytes.Cut([]byte(m.Text), []byte("\r\n"))
	return string(line)
}
