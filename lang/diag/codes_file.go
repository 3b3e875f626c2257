package diag

var fileCodes = []Entry{}
