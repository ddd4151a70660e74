// Where the items of a layer stand across it: near what they are joined to, and apart from each other.

function place(layers, extent, gap) {
  for (const layer of layers) {
    let at = 0;
    for (const item of layer) {
      item.at = at + extent(item) / 2;
      at += extent(item) + gap;
    }
    const middle = (at - gap) / 2;
    for (const item of layer) item.at -= middle;
  }
  for (let round = 0; round < 7; round++) {
    const list = round % 2 === 0 ? layers : [...layers].reverse();
    for (const layer of list)
      settle(layer, extent, gap, round < 6 ? (round % 2 === 0 ? "before" : "after") : "both");
  }
}

function settle(layer, extent, gap, side) {
  const wishes = layer.map((item) => {
    let beside = side === "both" ? [...item.before, ...item.after] : item[side];
    if (!beside.length) beside = [...item.before, ...item.after];
    const straight = item.box === null || beside.some((each) => each.box === null);
    const wish = beside.length ? beside.reduce((sum, each) => sum + each.at, 0) / beside.length : item.at;
    return { wish, weight: straight ? 4 : 1 };
  });
  const offsets = [];
  let offset = 0;
  layer.forEach((item, i) => {
    if (i > 0) offset += (extent(layer[i - 1]) + extent(item)) / 2 + gap;
    offsets.push(offset);
  });
  const places = nondecreasing(wishes.map(({ wish, weight }, i) => ({ value: wish - offsets[i], weight })));
  layer.forEach((item, i) => {
    item.at = places[i] + offsets[i];
  });
}

// Least squares under an order: pool adjacent violators (Ayer and others, 1955).
function nondecreasing(wishes) {
  const pools = [];
  for (const { value, weight } of wishes) {
    pools.push({ value, weight, count: 1 });
    while (pools.length > 1 && pools[pools.length - 2].value > pools[pools.length - 1].value) {
      const last = pools.pop();
      const pool = pools[pools.length - 1];
      pool.value = (pool.value * pool.weight + last.value * last.weight) / (pool.weight + last.weight);
      pool.weight += last.weight;
      pool.count += last.count;
    }
  }
  return pools.flatMap((pool) => new Array(pool.count).fill(pool.value));
}
