package ast

import "sync"

// Outline is what a file has of some kinds of nodes, in the order of the text: the proofs ask for them at every check,
// and most files are as they were at the last.
type Outline struct {
	Blocks    []*Block   // of flows, menus and surveys, of the handlers of defaults, and of what campaigns do
	Questions []Node     // each a Menu, an Ask or a SurveyAsk of a flow, a menu or a survey
	Enqueues  []*Enqueue // likewise
}

// outlined makes a file's Outline once.
type outlined struct {
	once sync.Once
	Outline
}

// Outline finds what the file has. It is made at the first call; several goroutines may ask at once.
func (f *File) Outline() *Outline {
	f.outline.once.Do(func() { f.outline.find(f.Decls) })
	return &f.outline.Outline
}

func (o *Outline) find(decls []Decl) {
	block := func(n Node) bool {
		if b, ok := n.(*Block); ok {
			o.Blocks = append(o.Blocks, b)
		}
		return true
	}
	for _, d := range decls {
		WalkSteps(d, func(n Node) bool {
			switch x := n.(type) {
			case *Menu, *Ask, *SurveyAsk:
				o.Questions = append(o.Questions, x)
			case *Enqueue:
				o.Enqueues = append(o.Enqueues, x)
			}
			return block(n)
		})
		switch d := d.(type) {
		case *DefaultsDecl:
			for _, h := range d.Handlers {
				WalkSteps(h, block)
			}
		case *CampaignDecl:
			WalkSteps(d.Unreached, block)
			WalkSteps(d.Send, block)
		}
	}
}
