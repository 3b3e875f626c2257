package diag

var secretCodes = []Entry{}
