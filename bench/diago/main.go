// Diago answers calls and plays a file to each until the caller hangs up, on the library diago and with nothing else:
// no flow, no records, no log. It is what `calls` measures beside us in the same minute.
//
//	go run ./diago 127.0.0.1:5070 sound.wav
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"os/signal"
	"syscall"

	"github.com/emiago/diago"
	"github.com/emiago/sipgo"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: diago ADDRESS:PORT SOUND.wav")
		os.Exit(2)
	}
	if err := serve(ctx, os.Args[1], os.Args[2]); err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, "diago:", err)
		os.Exit(1)
	}
}

func serve(ctx context.Context, addr, file string) error {
	at, err := netip.ParseAddrPort(addr)
	if err != nil {
		return err
	}
	sound, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	agent, err := sipgo.NewUA()
	if err != nil {
		return err
	}
	d := diago.NewDiago(agent, diago.WithLogger(slog.New(slog.DiscardHandler)), diago.WithTransport(diago.Transport{
		Transport: "udp", BindHost: at.Addr().String(), BindPort: int(at.Port()), MediaExternalIP: at.Addr().AsSlice(),
	}))
	return d.Serve(ctx, func(call *diago.DialogServerSession) {
		if err := play(call, sound); err != nil && call.Context().Err() == nil {
			fmt.Fprintln(os.Stderr, "diago: a call:", err)
		}
	})
}

func play(call *diago.DialogServerSession, sound []byte) error {
	if err := call.Trying(); err != nil {
		return err
	}
	media, err := call.Answer(diago.AnswerOptions{})
	if err != nil {
		return err
	}
	player, err := media.PlaybackCreate()
	if err != nil {
		return err
	}
	for call.Context().Err() == nil {
		if _, err := player.Play(io.NopCloser(bytes.NewReader(sound)), "audio/wav"); err != nil {
			return err
		}
	}
	return nil
}
