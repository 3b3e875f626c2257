// Package peers holds tests against telephony programs that others wrote: sipp, baresip, linphone, Kamailio and
// Asterisk. They start the real programs on free loopback ports, let them call us and be called, and end them.
//
// They are built with the tag peers and run by `make peers`, which installs the programs from Debian. It has no
// Asterisk: ASTERISK names the program of one that was installed otherwise, and without one its tests are skipped. It
// must have chan_pjsip, and res_timing_timerfd, without which it sends no sound.
package peers
