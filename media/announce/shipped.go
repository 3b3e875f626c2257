package announce

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/gob"
	"fmt"
	"sync"
)

//go:embed shipped.bin
var shippedBytes []byte

// content is shipped.bin: gzip of gob.
type content struct {
	Mean []float32
	Rows [][]float32
	Refs []Reference
}

// shipped is what comes with the program: the map of prints and the references of our own making.
var shipped = sync.OnceValues(func() (*model, []Reference) {
	m, refs, err := unpacked(shippedBytes)
	if err != nil {
		panic(fmt.Sprintf("announce: shipped.bin: %v", err))
	}
	return m, refs
})

func packed(m *model, refs []Reference) []byte {
	c := content{Mean: m.mean[:], Refs: refs}
	for i := range m.rows {
		c.Rows = append(c.Rows, m.rows[i][:])
	}
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err := gob.NewEncoder(z).Encode(c); err != nil {
		panic(err)
	}
	z.Close()
	return b.Bytes()
}

func unpacked(b []byte) (*model, []Reference, error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, nil, err
	}
	var c content
	if err := gob.NewDecoder(z).Decode(&c); err != nil {
		return nil, nil, err
	}
	m := &model{}
	copy(m.mean[:], c.Mean)
	for i := range m.rows {
		copy(m.rows[i][:], c.Rows[i])
	}
	return m, c.Refs, nil
}
