function work() {
  let total = 0, n = 0;
  for (let i = 0; i < 100; i++) {
    n = 0;
    for (let j = 0; j < 1000; j++) {
      n = n + 1;
      total = total + n * 3 - 1;
    }
  }
  return total;
}
