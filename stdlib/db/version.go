package db

import "context"

// Fresh, as the version that a change was made from, says that there was nothing yet.
const Fresh int64 = -1

// StillAt fails with ErrConflict unless a row is at the version that a change of it was made from, which is its column
// changed_at, and keeps others from changing the row until the transaction's end. It asks nothing of versions that are
// not positive. Table and key are names of the schema.
func (t *Tx) StillAt(ctx context.Context, table, key, id string, version int64) error {
	if version <= 0 {
		return nil
	}
	return Changed(t.Exec(ctx, `UPDATE `+table+` SET changed_at = changed_at WHERE `+key+` = ? AND changed_at = ?`, id,
		version))
}
