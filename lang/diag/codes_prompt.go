package diag

var promptCodes = []Entry{}
