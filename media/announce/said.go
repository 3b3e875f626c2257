package announce

// Said is the print of what is said in a recording of a call, the longest piece of it between two pauses, at most
// Longest; nil if nobody speaks as long as an announcement. It is the print that a Listener has of such a call.
func Said(samples []int16) []Frame {
	l := New(&Set{starts: []int{0}}, nil)
	l.Write(samples)
	l.Write(make([]int16, (delay+1)*hop*every))
	if !l.Spoke() {
		return nil
	}
	return l.Print()
}

// Names are the announcements of a set, without their sound.
func (s *Set) Names() []Reference {
	list := make([]Reference, len(s.refs))
	for i := range s.refs {
		list[i] = Reference{Class: s.refs[i].Class, Name: s.refs[i].Name}
	}
	return list
}
