package db

// What the two engines say differently. Each function returns a piece of SQL to put into a query, made of column names
// and constants of the program, never of what a stranger sent.

// JSONText is the text of a key of a column that holds a JSON object as TEXT; NULL if the key is not there.
func (e Engine) JSONText(column, key string) string {
	if e == Postgres {
		return "(CAST(" + column + " AS jsonb) ->> '" + key + "')"
	}
	return "(" + column + " ->> '$." + key + "')"
}

// SkipLocked ends a SELECT of rows to claim in a transaction, so that several workers claim different ones. SQLite has
// one writer, who meets no locked row.
func (e Engine) SkipLocked() string {
	if e == Postgres {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// ForUpdate ends a SELECT of rows that the transaction will change. SQLite holds the only write lock from BEGIN on.
func (e Engine) ForUpdate() string {
	if e == Postgres {
		return " FOR UPDATE"
	}
	return ""
}

// Greatest is the greater of two expressions, Least the lesser. Neither may be NULL: there the engines differ.
func (e Engine) Greatest(a, b string) string {
	if e == Postgres {
		return "GREATEST(" + a + ", " + b + ")"
	}
	return "MAX(" + a + ", " + b + ")"
}

// Least: see Greatest.
func (e Engine) Least(a, b string) string {
	if e == Postgres {
		return "LEAST(" + a + ", " + b + ")"
	}
	return "MIN(" + a + ", " + b + ")"
}

// Join concatenates the texts of a group, with a comma between, in the order of an expression.
func (e Engine) Join(column, order string) string {
	if e == Postgres {
		return "string_agg(" + column + ", ',' ORDER BY " + order + ")"
	}
	return "group_concat(" + column + ", ',' ORDER BY " + order + ")"
}

// ByteOrder ends an expression to sort by the bytes of its text, as SQLite does, whatever the database's locale.
func (e Engine) ByteOrder() string {
	if e == Postgres {
		return ` COLLATE "C"`
	}
	return ""
}
