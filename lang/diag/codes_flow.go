package diag

var flowCodes = []Entry{}
