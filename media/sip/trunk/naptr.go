package trunk

import (
	"bufio"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// NAPTR is a record that says by which transport a name is reached, and where its SRV records are (RFC 3263, 4.1;
// RFC 3403, 4).
type NAPTR struct {
	Order, Preference   uint16
	Flags, Service      string // "s" and SIP+D2U, SIP+D2T, SIPS+D2T
	Regexp, Replacement string
}

// LookupNAPTR is how NAPTR records are asked for.
type LookupNAPTR func(ctx context.Context, name string) ([]NAPTR, error)

// services are the transports by the services of NAPTR records.
var services = map[string]string{"SIP+D2U": "udp", "SIP+D2T": "tcp", "SIPS+D2T": "tls"}

// best is the transport that a name wants most, of those that we speak, and the name of its SRV records.
func best(records []NAPTR) (transport, srv string, ok bool) {
	records = slices.Clone(records)
	slices.SortStableFunc(records, func(a, b NAPTR) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Preference, b.Preference))
	})
	for _, r := range records {
		transport, known := services[strings.ToUpper(r.Service)]
		if known && strings.EqualFold(r.Flags, "s") && r.Regexp == "" && strings.Trim(r.Replacement, ".") != "" {
			return transport, strings.TrimSuffix(r.Replacement, "."), true
		}
	}
	return "", "", false
}

// typeNAPTR is the type of the record: the library below does not know it.
const typeNAPTR dnsmessage.Type = 35

// systemNAPTR asks the system's name servers. Go's resolver knows no NAPTR.
func systemNAPTR(ctx context.Context, name string) ([]NAPTR, error) {
	servers, err := nameServers("/etc/resolv.conf")
	if err != nil {
		return nil, err
	}
	return askNAPTR(ctx, servers, name)
}

// nameServers are those of a resolv.conf, with their port.
func nameServers(file string) ([]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var list []string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if words := strings.Fields(lines.Text()); len(words) > 1 && words[0] == "nameserver" {
			list = append(list, net.JoinHostPort(words[1], "53"))
		}
	}
	return list, nil
}

// askNAPTR asks name servers one after the other until one answers.
func askNAPTR(ctx context.Context, servers []string, name string) ([]NAPTR, error) {
	q, err := dnsmessage.NewName(strings.TrimSuffix(name, ".") + ".")
	if err != nil {
		return nil, err
	}
	id := uint16(rand.Uint32())
	query := dnsmessage.Message{Header: dnsmessage.Header{ID: id, RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: q, Type: typeNAPTR, Class: dnsmessage.ClassINET}}}
	packed, err := query.Pack()
	if err != nil {
		return nil, err
	}
	err = errors.New("there is no name server")
	for _, server := range servers {
		for _, network := range []string{"udp", "tcp"} {
			var answer []byte
			if answer, err = exchange(ctx, network, server, packed); err != nil {
				break
			}
			var list []NAPTR
			var whole bool
			if list, whole, err = parseNAPTR(answer, id, q); err == nil && whole {
				return list, nil
			}
			if err != nil {
				break
			}
		}
	}
	return nil, err
}

// exchange sends one query and reads one answer.
func exchange(ctx context.Context, network, server string, query []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	var d net.Dialer
	c, err := d.DialContext(ctx, network, server)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if end, ok := ctx.Deadline(); ok {
		if err := c.SetDeadline(end); err != nil {
			return nil, err
		}
	}
	if network == "udp" {
		if _, err := c.Write(query); err != nil {
			return nil, err
		}
		answer := make([]byte, 4096)
		n, err := c.Read(answer)
		return answer[:n], err
	}
	if _, err := c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(query))), query...)); err != nil {
		return nil, err
	}
	size := make([]byte, 2)
	if _, err := io.ReadFull(c, size); err != nil {
		return nil, err
	}
	answer := make([]byte, binary.BigEndian.Uint16(size))
	_, err = io.ReadFull(c, answer)
	return answer, err
}

// parseNAPTR reads an answer. whole is false if it was cut off to fit a datagram.
func parseNAPTR(answer []byte, id uint16, name dnsmessage.Name) (list []NAPTR, whole bool, err error) {
	var p dnsmessage.Parser
	h, err := p.Start(answer)
	if err != nil {
		return nil, false, err
	}
	if h.ID != id || !h.Response {
		return nil, false, errors.New("an answer to another question")
	}
	if h.Truncated {
		return nil, false, nil
	}
	if h.RCode != dnsmessage.RCodeSuccess {
		return nil, false, fmt.Errorf("the name server says %v", h.RCode)
	}
	if q, err := p.Question(); err != nil || q.Type != typeNAPTR || !strings.EqualFold(q.Name.String(), name.String()) {
		return nil, false, errors.New("an answer to another question")
	}
	if err := p.SkipAllQuestions(); err != nil {
		return nil, false, err
	}
	for {
		r, err := p.AnswerHeader()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			return list, true, nil
		}
		if err != nil {
			return nil, false, err
		}
		if r.Type != typeNAPTR {
			if err := p.SkipAnswer(); err != nil {
				return nil, false, err
			}
			continue
		}
		u, err := p.UnknownResource()
		if err != nil {
			return nil, false, err
		}
		if n, ok := naptrOf(u.Data); ok {
			list = append(list, n)
		}
	}
}

// naptrOf reads the data of a record (RFC 3403, 4.1). Its replacement is never compressed.
func naptrOf(b []byte) (n NAPTR, ok bool) {
	if len(b) < 4 {
		return n, false
	}
	n.Order, n.Preference = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	b = b[4:]
	for _, text := range []*string{&n.Flags, &n.Service, &n.Regexp} {
		if len(b) == 0 || len(b) < 1+int(b[0]) {
			return n, false
		}
		*text, b = string(b[1:1+int(b[0])]), b[1+int(b[0]):]
	}
	var labels []string
	for {
		if len(b) == 0 || b[0] > 63 || len(b) < 1+int(b[0]) {
			return n, false
		}
		if b[0] == 0 {
			n.Replacement = strings.Join(labels, ".")
			return n, true
		}
		labels, b = append(labels, string(b[1:1+int(b[0])])), b[1+int(b[0]):]
	}
}
