package main

import (
	"runtime"
	"syscall"
)

const advisedHuge = 14 // MADV_HUGEPAGE of Linux's madvise(2)

// hugePages has the next size bytes of Go's memory come in pages of 2 MB: a page of 4 KB that is used for the first
// time takes longer than what a check does with it. Go asks the system for no such pages by itself, but keeps what is
// let go for what is made next. A system without them serves as ever.
func hugePages(size int) {
	room := make([]byte, size)
	_ = syscall.Madvise(room, advisedHuge) // advice; it may be refused
	runtime.GC()                           // room is let go
}
