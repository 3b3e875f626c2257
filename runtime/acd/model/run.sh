#!/bin/sh
# The model of the offer protocol, searched wholly: the protocol has no error, and each way of getting it wrong has one.
# run.sh [offers a server, 3 unless given; 1 is the small form of make test, 280,000 states in two seconds]
set -eu
offers=${1:-3}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
search() { # name, wanted errors (0 or 1), options
  name=$1 want=$2; shift 2
  quick=-O2
  [ "$offers" -gt 1 ] || quick=-O0 # to compile would take longer than to search
  spin "$@" -a "$here/offer.pml"
  cc $quick -w -DSAFETY -DCOLLAPSE -DVECTORSZ=2048 -o pan pan.c
  ./pan -m200000 > out
  errors=$(sed -n 's/.*errors: \([0-9]*\).*/\1/p' out)
  states=$(sed -n 's/ *\([0-9.e+]*\) states, stored.*/\1/p' out)
  echo "$name: $states states, errors: $errors"
  if grep -q 'max search depth too small' out; then echo "the search was cut off"; exit 1; fi
  [ "$errors" -gt 0 ] && got=1 || got=0
  [ "$got" = "$want" ] || { cat out; exit 1; }
}
search "the protocol" 0 "-DOFFERS=$offers"
search "read first, then write" 1 -DNAIVE -DOFFERS=2
search "an answer that is not confirmed" 1 -DNOCONFIRM -DOFFERS=2
