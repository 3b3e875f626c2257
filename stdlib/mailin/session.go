package mailin

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"rexian/stdlib/db"
)

const (
	maxRaw      = 256 << 10 // bytes of a mail that are fetched: its text stands before its attachments
	commandTime = 30 * time.Second
	fetchTime   = 2 * time.Minute
	breaks      = 3 // a mail that breaks the connection so often is left alone
)

// refusal is the mail server's no to the user or the password.
type refusal struct{ error }

func (r *refusal) Unwrap() error { return r.error }

// session is one connection.
type session struct {
	w    *Watcher
	conn net.Conn
	c    *imapclient.Client
	more chan struct{} // the server told of new mails
	idle bool
}

// watch connects and takes mails until the connection is lost, something else fails, or no more are to be taken.
func (w *Watcher) watch() error {
	s, err := w.connect()
	if err != nil {
		return err
	}
	defer s.close()
	stop := context.AfterFunc(w.work, func() { _ = s.conn.Close() })
	defer stop()
	if err := s.open(); err != nil {
		return err
	}
	w.connected.Store(true)
	w.log.Info("watching for mails", "server", w.o.Server, "user", w.o.User, "folder", w.o.Folder, "told_by_server",
		s.idle)
	for w.quit.Err() == nil {
		if err := s.pass(); err != nil {
			return err
		}
		w.passed = true
		if err := s.wait(); err != nil {
			return err
		}
	}
	return nil
}

func (w *Watcher) connect() (*session, error) {
	ctx, cancel := context.WithTimeout(w.quit, commandTime)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", w.o.Server)
	if err != nil {
		return nil, err
	}
	s := &session{w: w, conn: conn, more: make(chan struct{}, 1)}
	options := &imapclient.Options{TLSConfig: w.o.TLSConfig, UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(m *imapclient.UnilateralDataMailbox) {
			if m.NumMessages == nil {
				return
			}
			select {
			case s.more <- struct{}{}:
			default:
			}
		}}}
	switch w.o.TLS {
	case Implicit:
		secured := tls.Client(conn, w.o.TLSConfig)
		if err := secured.HandshakeContext(ctx); err != nil {
			_ = conn.Close() // the handshake's error tells more
			return nil, err
		}
		s.c = imapclient.New(secured, options)
	case StartTLS:
		stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
		defer stop()
		if s.c, err = imapclient.NewStartTLS(conn, options); err != nil {
			_ = conn.Close()
			return nil, fmt.Errorf("STARTTLS: %w", err)
		}
	default:
		if at, err := netip.ParseAddrPort(conn.RemoteAddr().String()); err != nil || !Near(at.Addr().Unmap().String()) {
			_ = conn.Close()
			return nil, errors.New("the server is not near enough for an unprotected connection")
		}
		s.c = imapclient.New(conn, options)
	}
	return s, nil
}

// within gives what waits for the server a limit: the library would wait for ever.
func (s *session) within(limit time.Duration, f func() error) error {
	timer := time.AfterFunc(limit, func() { _ = s.conn.Close() })
	err := f()
	if !timer.Stop() && err != nil {
		return fmt.Errorf("no answer within %v: %w", limit, err)
	}
	return err
}

// open logs in and selects the folder.
func (s *session) open() error {
	o := s.w.o
	return s.within(commandTime, func() error {
		if err := s.c.WaitGreeting(); err != nil {
			return err
		}
		if s.c.Caps().Has(imap.CapLoginDisabled) { // RFC 3501, section 6.2.3: then the password must not be sent
			return errors.New("the server takes no password on such a connection; imap_tls must be another")
		}
		if err := s.c.Login(o.User, o.Password).Wait(); err != nil {
			if answer := (*imap.Error)(nil); errors.As(err, &answer) {
				return &refusal{err}
			}
			return err
		}
		caps := s.c.Caps()
		s.idle = caps.Has(imap.CapIdle) || caps.Has(imap.CapIMAP4rev2)
		if caps.Has(imap.CapID) { // some large Chinese providers show no folder to who does not say what he is
			if _, err := s.c.ID(&imap.IDData{Name: "rexian"}).Wait(); err != nil {
				return err
			}
		}
		data, err := s.c.Select(o.Folder, nil).Wait()
		if err != nil {
			return fmt.Errorf("folder %s: %w", o.Folder, err)
		}
		if data.UIDValidity != s.w.validity {
			s.w.validity = data.UIDValidity
			clear(s.w.broken)
		}
		return nil
	})
}

// pass takes the mails that nobody has seen, the oldest first.
func (s *session) pass() error {
	var unseen []imap.UID
	err := s.within(commandTime, func() error {
		if err := s.c.Noop().Wait(); err != nil { // new mails are shown to us at a command
			return err
		}
		found, err := s.c.UIDSearch(&imap.SearchCriteria{NotFlag: []imap.Flag{imap.FlagSeen, imap.FlagDeleted}},
			nil).Wait()
		if err == nil {
			unseen = found.AllUIDs()
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, uid := range unseen {
		if s.w.quit.Err() != nil {
			return nil
		}
		if s.w.broken[uid] >= breaks {
			continue
		}
		raw, arrived, err := s.fetch(uid)
		if err != nil {
			s.leave(uid, err)
			return fmt.Errorf("fetch: %w", err)
		}
		if raw != nil {
			if err := s.w.take(s.w.work, uint32(uid), raw, arrived); err != nil {
				if !db.IsUnavailable(err) && s.w.work.Err() == nil { // it is this mail that the store refuses
					s.leave(uid, err)
				}
				return err
			}
		}
		err = s.within(commandTime, func() error {
			return s.c.Store(imap.UIDSetNum(uid),
				&imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagSeen}}, nil).Close()
		})
		if err != nil {
			return fmt.Errorf("mark as seen: %w", err)
		}
		delete(s.w.broken, uid)
	}
	return nil
}

// leave counts the failures of a mail, so that those behind it have their turn.
func (s *session) leave(uid imap.UID, err error) {
	if s.w.broken[uid]++; s.w.broken[uid] == breaks {
		s.w.failed.Add(1)
		s.w.log.Error("a mail is left in the folder", "uid", uint32(uid), "error", s.w.clean(err))
	}
}

// fetch reads the beginning of a mail, and when it arrived; nil if it has gone in the meantime. Peek leaves it unseen.
func (s *session) fetch(uid imap.UID) (raw []byte, arrived time.Time, err error) {
	err = s.within(fetchTime, func() (err error) {
		cmd := s.c.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{UID: true, InternalDate: true,
			BodySection: []*imap.FetchItemBodySection{{Peek: true, Partial: &imap.SectionPartial{Size: maxRaw}}}})
		defer func() { err = errors.Join(err, cmd.Close()) }()
		for m := cmd.Next(); m != nil; m = cmd.Next() {
			for item := m.Next(); item != nil; item = m.Next() {
				switch item := item.(type) {
				case imapclient.FetchItemDataInternalDate:
					arrived = item.Time
				case imapclient.FetchItemDataBodySection:
					if item.Literal == nil {
						continue
					}
					if raw, err = io.ReadAll(io.LimitReader(item.Literal, maxRaw)); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
	return raw, arrived, err
}

// wait waits for the next look, or for the server to tell of new mails where it does. It is looked also where the
// server tells: a mail that comes just before IDLE begins is told by some only with the next, and a dead server tells
// nothing.
func (s *session) wait() error {
	var idle *imapclient.IdleCommand
	if s.idle {
		err := s.within(commandTime, func() (err error) {
			idle, err = s.c.Idle()
			return err
		})
		if no := (*imap.Error)(nil); errors.As(err, &no) {
			s.idle = false // it offers IDLE and does not do it
		} else if err != nil {
			return err
		}
	}
	timer := time.NewTimer(s.w.o.Poll)
	defer timer.Stop()
	select {
	case <-s.w.quit.Done():
	case <-s.more:
	case <-timer.C:
	case <-s.c.Closed():
	}
	if idle == nil {
		return nil
	}
	return s.within(commandTime, func() error { return errors.Join(idle.Close(), idle.Wait()) })
}

// close says goodbye, and closes the connection whether it is heard or not.
func (s *session) close() {
	_ = s.within(2*time.Second, func() error { return s.c.Logout().Wait() })
	_ = s.c.Close()
}
