package main

import "rexian/lang/diag"

// officeHelps are the help texts of the commands of the office: recordings, mailboxes, closures, users.
var officeHelps = map[string]diag.Text{}
