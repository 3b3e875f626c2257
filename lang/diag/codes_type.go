package diag

var typeCodes = []Entry{}
