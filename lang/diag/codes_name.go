package diag

var nameCodes = []Entry{}
