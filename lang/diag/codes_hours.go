package diag

var hoursCodes = []Entry{}
