// Layers by longest path, and an order within each that has few crossings (Sugiyama, Tagawa, Toda, 1981).

// What comes before what, and by how many layers at least: of two unfolded groups that are joined, all of the
// one before all of the other, so that each is a block. A group begins at "in" and ends at "out".
function precedences(boxes, links) {
  const around = new Map(boxes.map((box) => [box.key, box.around]));
  const found = [];
  for (const box of boxes) {
    const [begins, ends] = [
      box.around.map((group) => `in ${group}`),
      box.around.map((group) => `out ${group}`),
    ];
    [...begins, box.key].forEach((key, i, chain) => {
      if (i) found.push([chain[i - 1], key, 0]);
    });
    [...ends, box.key].forEach((key, i, chain) => {
      if (i) found.push([key, chain[i - 1], 0]);
    });
  }
  for (const link of links) {
    const [from, to] = [around.get(link.source), around.get(link.target)];
    let shared = 0;
    while (shared < from.length && shared < to.length && from[shared] === to[shared]) shared += 1;
    const source = shared < from.length ? `out ${from[shared]}` : link.source;
    found.push([source, shared < to.length ? `in ${to[shared]}` : link.target, 1]);
  }
  return found;
}

function layerNumbers(boxes, links) {
  const [after, before] = [new Map(), new Map()];
  const list = (map, key) => map.get(key) || map.set(key, []).get(key);
  for (const [from, to, apart] of precedences(boxes, links)) {
    list(after, from).push([to, apart]);
    list(before, to).push([from, apart]);
  }
  const layer = new Map();
  const sorted = longest(boxes.map((box) => box.key).concat([...before.keys()]), before, layer);
  // As late as its first use allows: an input stands where it is needed.
  for (const key of sorted.reverse()) {
    const uses = (after.get(key) || []).map(([to, apart]) => layer.get(to) - apart);
    if (uses.length) layer.set(key, Math.min(...uses));
  }
  const first = Math.min(...boxes.map((box) => layer.get(box.key)));
  return new Map(boxes.map((box) => [box.key, layer.get(box.key) - first]));
}

function longest(keys, before, layer) {
  const sorted = [];
  for (const root of keys) {
    const stack = [root];
    while (stack.length) {
      const key = stack[stack.length - 1];
      const sources = before.get(key) || [];
      const waiting = layer.has(key) ? [] : sources.filter(([from]) => !layer.has(from));
      if (waiting.length) {
        stack.push(...waiting.map(([from]) => from));
        continue;
      }
      stack.pop();
      if (layer.has(key)) continue;
      layer.set(key, Math.max(0, ...sources.map(([from, apart]) => layer.get(from) + apart)));
      sorted.push(key);
    }
  }
  return sorted;
}

// A link over several layers passes through a point in each.
function layersOf(boxes, links) {
  const number = layerNumbers(boxes, links);
  const layers = Array.from({ length: Math.max(0, ...number.values()) + 1 }, () => []);
  const items = new Map();
  const add = (box, layer) => {
    const item = { box, wide: 6, layer, before: [], after: [], at: 0, rank: layers[layer].length };
    layers[layer].push(item);
    return item;
  };
  for (const box of boxes) items.set(box.key, add(box, number.get(box.key)));
  const paths = links.map((link) => {
    const path = [items.get(link.source)];
    for (let layer = number.get(link.source) + 1; layer < number.get(link.target); layer++)
      path.push(add(null, layer));
    // Where a line nears its end stands its label.
    if (path.length > 1) path[path.length - 1].wide = 2 * link.wide;
    path.push(items.get(link.target));
    for (let i = 1; i < path.length; i++) {
      path[i - 1].after.push(path[i]);
      path[i].before.push(path[i - 1]);
    }
    return path;
  });
  return { layers, paths, items };
}

function arrange(layers) {
  let best = layers.map((layer) => [...layer]);
  let fewest = crossings(layers);
  let idle = 0;
  for (let sweep = 0; sweep < 12 && fewest > 0 && idle < 3; sweep++) {
    const forward = sweep % 2 === 0;
    const list = forward ? layers : [...layers].reverse();
    for (const layer of list) {
      for (const item of layer) {
        const beside = forward ? item.before : item.after;
        item.middle = beside.length
          ? beside.reduce((sum, each) => sum + each.rank, 0) / beside.length
          : item.rank;
      }
      layer.sort((one, other) => one.middle - other.middle || one.rank - other.rank);
      layer.forEach((item, rank) => {
        item.rank = rank;
      });
    }
    const count = crossings(layers);
    idle = count < fewest ? 0 : idle + 1;
    if (count < fewest) {
      fewest = count;
      best = layers.map((layer) => [...layer]);
    }
  }
  best.forEach((layer) =>
    layer.forEach((item, rank) => {
      item.rank = rank;
    }),
  );
  return best;
}

function crossings(layers) {
  let count = 0;
  for (const layer of layers) {
    const ends = layer.flatMap((item) =>
      item.after.map((each) => each.rank).sort((one, other) => one - other),
    );
    const tree = new Array(Math.max(0, ...ends) + 2).fill(0);
    ends.forEach((end, seen) => {
      let left = 0;
      for (let i = end + 1; i > 0; i -= i & -i) left += tree[i];
      count += seen - left;
      for (let i = end + 1; i < tree.length; i += i & -i) tree[i] += 1;
    });
  }
  return count;
}
