package diag

// families lists the catalogue's slices, one per file codes_*.go.
func families() [][]Entry {
	return [][]Entry{syntaxCodes, nameCodes, typeCodes, flowCodes, promptCodes, agreementCodes, hoursCodes, secretCodes, testCodes, fileCodes}
}
