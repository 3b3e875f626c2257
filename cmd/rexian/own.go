package main

import "rexian/stdlib"

// own are the functions that a deployment has written in Go. A deployment adds a file of its own beside this one:
//
//	package main
//
//	import "rexian/cmd/rexian/bureau"
//
//	func init() { own = append(own, bureau.Owed) }
//
// From then on every command and the server know it. docs/extending.md tells the whole way.
var own []stdlib.Own
