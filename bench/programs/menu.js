function work() {
  let total = 0, key = 0, target = "";
  for (let i = 0; i < 100; i++) {
    for (let j = 0; j < 1000; j++) {
      key = key + 1;
      if (key > 9) key = 0;
      switch (key) {
        case 0: target = "agent"; break;
        case 1: target = "consulting"; break;
        case 2: target = "arrears"; break;
        case 3: target = "filing"; break;
        case 4: target = "complaint"; break;
        default: target = "menu";
      }
      if (target === "agent") total = total + 100;
      const words = `key ${key}: ${target}`;
      total = total + words.length;
    }
  }
  return total;
}
