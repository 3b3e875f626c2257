package exchange_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"rexian/media/sip"
	"rexian/runtime/exchange"
)

// A call that comes in while somebody waits for the last is waited for too. Nothing but the network is between the two
// here, so that the race detector tells of a count that may not be added to meanwhile.
func TestACallComesInWhileTheServerCloses(t *testing.T) {
	t.Parallel()
	const asleep = 300 * time.Millisecond
	h := build(t, head+"流程 主流程 { 播放 \"您好\" 挂机 }\n", func(o *exchange.Options) {
		o.Arrange = func(*sip.Call) *exchange.Arrangement { time.Sleep(asleep); return nil }
	})
	conn, err := net.Dial("udp", strings.TrimPrefix(h.server.Addrs()[0], "udp://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	body := "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\n"
	fmt.Fprintf(conn, "INVITE %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;rport;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n"+
		"From: <sip:1@a>;tag=1\r\nTo: <sip:12366@b>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\nContact: <sip:a@%[2]s>\r\n"+
		"Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s", h.target, conn.LocalAddr(), len(body), body)
	time.Sleep(asleep / 2) // no lock, no channel: those would order what is to be seen unordered
	ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	if err := h.x.Wait(ctx); err == nil {
		t.Error("a call that is on was not waited for")
	}
}
