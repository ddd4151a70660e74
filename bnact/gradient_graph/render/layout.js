// Boxes with places and links with paths, to the right or downwards, whichever fills the stage better.

function layoutOf(boxes, links, aspect) {
  const { layers, paths, items } = layersOf(boxes, links);
  const ordered = arrange(layers);
  const [right, down] = ["right", "down"].map((direction) => measuresOf(direction, boxes, links));
  // How large it would be drawn, were every layer as wide as its boxes.
  const scale = ({ along, across, gap, beside, direction }) => {
    const long = ordered.reduce((sum, layer) => sum + Math.max(...layer.map(along)) + gap, 0);
    const wide = Math.max(
      ...ordered.map((layer) => layer.reduce((sum, item) => sum + across(item) + beside, 0)),
    );
    return direction === "right" ? 1 / Math.max(long, wide * aspect) : 1 / Math.max(wide, long * aspect);
  };
  return laidOut(ordered, paths, items, scale(right) >= scale(down) ? right : down);
}

// The sizes of an item along and across the layers, and the gaps between layers and within one.
function measuresOf(direction, boxes, links) {
  const right = direction === "right";
  const across = (item) => (item.box ? (right ? item.box.height : item.box.width) : right ? 6 : item.wide);
  const along = (item) => (item.box ? (right ? item.box.width : item.box.height) : 0);
  const label = Math.max(0, ...links.map((link) => link.wide));
  // Above the first boxes of a group stands its name.
  const title = boxes.some((box) => box.around.length) ? TITLE : 0;
  const gap = right ? Math.min(150, Math.max(64, label + 36)) : 68 + title;
  return { direction, across, along, gap, beside: right ? 26 + title : 52 };
}

function laidOut(layers, paths, items, { direction, across, along, gap, beside }) {
  const right = direction === "right";
  place(layers, across, beside);
  const bands = [];
  let end = 0;
  for (const layer of layers) {
    const size = Math.max(0, ...layer.map(along));
    bands.push([end, end + size]);
    end += size + gap;
  }
  const point = (main, cross) => (right ? [main, cross] : [cross, main]);
  const places = new Map();
  for (const [key, item] of items) {
    const [begin, close] = bands[item.layer];
    const [x, y] = point((begin + close) / 2, item.at);
    places.set(key, { x: x - item.box.width / 2, y: y - item.box.height / 2, layer: item.layer });
  }
  const ports = portsOf(paths, across);
  const routes = paths.map((path, i) => {
    const crowded = path[path.length - 1].before.length > 2;
    return Object.assign(routeOf(path, ports[i], bands, along), { crowded });
  });
  const found = { direction, places, routes, point, layers: layers.length };
  return { ...found, ...extentOf(places, items, routes, point) };
}

// The lines at one side of a box are spread over it, in the order of where they come from.
function portsOf(paths, across) {
  const ports = paths.map(() => [0, 0]);
  const spread = (end) => {
    const sides = new Map();
    paths.forEach((path, i) => {
      const item = end ? path[path.length - 1] : path[0];
      const beside = end ? path[path.length - 2] : path[1];
      if (!sides.has(item)) sides.set(item, []);
      sides.get(item).push({ i, at: beside.at });
    });
    for (const [item, lines] of sides) {
      lines.sort((one, other) => one.at - other.at || one.i - other.i);
      const room = Math.min(across(item) * 0.8, 26 * (lines.length - 1));
      lines.forEach(({ i }, n) => {
        ports[i][end] = item.at + (lines.length > 1 ? room * (n / (lines.length - 1) - 0.5) : 0);
      });
    }
  };
  spread(0);
  spread(1);
  return ports;
}

// Points (along, across) where a line leaves and enters each layer.
function routeOf(path, [leaves, enters], bands, along) {
  const [first, last] = [path[0], path[path.length - 1]];
  const middle = (item) => (bands[item.layer][0] + bands[item.layer][1]) / 2;
  const points = [
    [middle(first) + along(first) / 2, leaves],
    [bands[first.layer][1], leaves],
  ];
  for (const item of path.slice(1, -1))
    points.push([bands[item.layer][0], item.at], [bands[item.layer][1], item.at]);
  points.push([bands[last.layer][0], enters], [middle(last) - along(last) / 2, enters]);
  return points;
}

function pathText(route, point, shift) {
  const at = ([main, cross]) =>
    point(main, cross + shift)
      .map((n) => n.toFixed(1))
      .join(" ");
  // A line of no length would turn its arrow's head.
  const on = (from, to) => (from[0] === to[0] ? "" : `L${at(to)}`);
  let text = `M${at(route[0])}${on(route[0], route[1])}`;
  for (let i = 1; i + 2 < route.length; i += 2) {
    const [from, to] = [route[i], route[i + 1]];
    const half = (from[0] + to[0]) / 2;
    text += `C${at([half, from[1]])} ${at([half, to[1]])} ${at(to)}${on(to, route[i + 2])}`;
  }
  return text;
}

function extentOf(places, items, routes, point) {
  let [left, top, rightmost, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  const meet = (x, y) => {
    left = Math.min(left, x);
    rightmost = Math.max(rightmost, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  };
  for (const [key, { x, y }] of places) {
    const { box } = items.get(key);
    meet(x - 8, y - 22);
    meet(x + box.width + 8, y + box.height + 8);
  }
  for (const route of routes) for (const [main, cross] of route) meet(...point(main, cross));
  return { left, top, width: rightmost - left, height: bottom - top };
}
