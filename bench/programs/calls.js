function step(n) { return n + 1; }

function work() {
  let total = 0;
  for (let i = 0; i < 100; i++) {
    for (let j = 0; j < 1000; j++) total = step(total);
  }
  return total;
}
