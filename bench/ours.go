package main

// defaults is what every program has, beside the text of a benchmark.
const defaults = `languages en fallback en
defaults { zone "Asia/Shanghai"  on error { say "Sorry." hangup } }
`
