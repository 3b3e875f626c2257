package diag

var testCodes = []Entry{}
