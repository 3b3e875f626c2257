package main

import "context"

func soak(context.Context, *bench) error { return nil }
