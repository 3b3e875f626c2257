// Package peers holds tests against telephony programs that others wrote: sipp, baresip and Kamailio. They start the
// real programs on free loopback ports, let them call us and be called, and end them.
//
// They are built with the tag peers and run by `make peers`, which installs the programs from Debian.
package peers
