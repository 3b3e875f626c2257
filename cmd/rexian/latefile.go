package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"rexian/cmd/rexian/cli"
	"rexian/stdlib/table"
)

// lateFile is a file that only its owner reads. It comes to be with the first write, and is at its place once it is
// whole.
type lateFile struct {
	name, path string
	f          *os.File
}

func (l *lateFile) Write(b []byte) (int, error) {
	if l.f == nil {
		f, err := os.CreateTemp(filepath.Dir(l.path), ".rexian-*") // mode 0600
		if err != nil {
			return 0, cli.Wrong(err)
		}
		l.f = f
	}
	return l.f.Write(b)
}

// end puts the file at its place, or takes it away.
func (l *lateFile) end(keep bool) error {
	if l == nil || l.f == nil {
		return nil
	}
	err := l.f.Close()
	if err == nil && keep {
		err = os.Rename(l.f.Name(), l.path)
	}
	if err != nil || !keep {
		err = errors.Join(err, os.Remove(l.f.Name()))
	}
	return err
}

// sheetTo lets write a table to a file, by the end of its name, or as CSV to the screen where there is no name. A file
// that is there stays until the new one is whole.
func (a *app) sheetTo(name string, write func(out io.Writer, f table.Format) error) error {
	format := table.CSV
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv":
	case ".xlsx":
		format = table.XLSX
	default:
		if name != "" {
			return a.Usage("文件名以 .csv 或 .xlsx 结尾", "the file's name ends in .csv or .xlsx")
		}
	}
	if name == "" {
		return write(a.Out, format)
	}
	out := &lateFile{name: name, path: a.File(name)}
	err := write(out, format)
	return errors.Join(err, out.end(err == nil))
}
