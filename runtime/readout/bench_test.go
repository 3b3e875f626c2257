package readout

import "testing"

// BenchmarkSpeak reads an amount and a date in each language.
func BenchmarkSpeak(b *testing.B) {
	for _, lang := range Languages() {
		b.Run(lang, func(b *testing.B) {
			for i := range b.N {
				Speak(lang, Value{Kind: Money, N: int64(i)*7919 + 123456}, Default, Context{})
				Speak(lang, Value{Kind: Date, N: int64(i % 20_000)}, Default, Context{})
			}
		})
	}
}
