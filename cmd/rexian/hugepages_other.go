//go:build !linux

package main

// hugePages is of Linux alone.
func hugePages(int) {}
