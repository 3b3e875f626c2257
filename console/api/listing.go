package api

// Operations are the ids of all operations, as the document of the interface has them.
func Operations() []string {
	list := (&admin{}).operations()
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = list[i].id
	}
	return ids
}
