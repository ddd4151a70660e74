// The graph as SVG elements: made once for each folding, and only their classes changed while it is played.

function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const cut = (text, most) => (text.length <= most ? text : `${text.slice(0, most / 3)}…${text.slice(1 - (2 * most) / 3)}`);
const brief = (array) => (array.shape === undefined ? array.text : array.rms === undefined ? array.shape : `${array.shape} rms ${array.rms}`);

function boxLines(graph, box) {
  if (box.group !== null) {
    const count = box.inside.length;
    return [["name", cut(graph.groups[box.group].name, 26)], ["formula", `${count} ${count === 1 ? "operation" : "operations"}`]];
  }
  const node = graph.nodes[box.node];
  const lines = [["name", cut(node.name, 26)]];
  if (node.formula) lines.push(["formula", cut(node.formula, 28)]);
  lines.push(["value", brief(node.value)]);
  if (node.gradient) lines.push(["gradient", `∇ ${brief(node.gradient)}`]);
  return lines;
}

function measured(graph, { boxes, links }) {
  for (const box of boxes) {
    box.lines = boxLines(graph, box);
    const wide = box.lines.map(([kind, text]) => text.length * (kind === "name" ? 7.9 : 6.9));
    box.width = Math.max(70, Math.round(Math.max(...wide) + 26));
    box.height = 14 + box.lines.length * 17;
  }
  for (const link of links) {
    link.texts = linkTexts(graph, link);
    link.wide = Math.max(...link.texts.map((text) => text.length)) * 6.8;
  }
}

function linkTexts(graph, link) {
  if (!link.edges.length) return [brief(graph.nodes[link.value].value)];
  if (link.edges.length > 1) return [`${link.edges.length} edges`, ""];
  const edge = graph.edges[link.edges[0]];
  const { value } = graph.nodes[edge.source];
  return [value.short || value.text, edge.gradient.short || `rms ${edge.gradient.rms}`];
}

function edgeWords(graph, edge) {
  const ends = `${edge.name}: from ${graph.nodes[edge.source].name} to ${graph.nodes[edge.target].name}`;
  return `${ends}, gradient ${edge.arithmetic || brief(edge.gradient)}`;
}

function drawLink(graph, link, route, layout) {
  const { point } = layout;
  const plain = link.edges.length === 0;
  const words = plain ? "no gradient" : link.edges.map((edge) => edgeWords(graph, graph.edges[edge])).slice(0, 4).join("; ");
  const group = svg("g", { class: plain ? "link plain" : "link", "data-key": link.key });
  if (!plain) for (const [key, value] of [["tabindex", 0], ["role", "button"], ["aria-label", words]]) group.setAttribute(key, value);
  group.append(svg("title", {}, words), svg("path", { class: "hit", d: pathText(route, point, plain ? 0 : 2) }));
  group.append(svg("path", { class: "line", d: pathText(route, point, plain ? 0 : -2.5), "marker-end": "url(#down)" }));
  if (!plain) group.append(svg("path", { class: "gradient-line", d: pathText(route, point, 3.5), "marker-start": "url(#up)" }));
  link.texts.forEach((text, i) => {
    const [x, y] = labelPlace(route, text, i ? 1 : -1, layout);
    if (text) group.append(svg("text", { class: i ? "gradient" : "value", x, y, "text-anchor": "middle" }, text));
  });
  return group;
}

// Beside the line's last curve, the value on one side and the gradient on the other, and not so far along that
// it would meet a box.
function labelPlace(route, text, side, { point, direction }) {
  const { main, cross, along, across } = labelled(route);
  const length = Math.hypot(along, across);
  const [ahead, aside] = [-across / length, along / length];
  const [wide, high] = [text.length * 3.4, 6];
  const [half, most] = direction === "right" ? [[wide, high], 20] : [[high, wide], 11];
  const room = half[0] * Math.abs(ahead) + half[1] * aside + 8.5;
  const on = Math.min(most, Math.max(-most, room * ahead));
  const off = (room - ahead * on) / Math.max(aside, 0.4);
  const [x, y] = point(main + side * on, cross + side * off);
  return [x, y + 4];
}

// The place and direction of the last curve where its label is: in the middle, but nearer to its beginning
// where other lines end beside it.
function labelled(route) {
  const [from, to] = [route[route.length - 3], route[route.length - 2]];
  const t = route.crowded ? 0.3 : 0.5;
  const [high, wide] = [to[0] - from[0], to[1] - from[1]];
  return {
    main: from[0] + high * (1.5 * t * (1 - t) + t ** 3),
    cross: from[1] + wide * t * t * (3 - 2 * t),
    along: high * (1.5 - 3 * t + 3 * t * t),
    across: wide * 6 * t * (1 - t),
  };
}

function drawBox(graph, box, { x, y }) {
  const node = box.node === null ? null : graph.nodes[box.node];
  const kinds = node === null ? "group" : node.constant ? "constant" : node.operation === "input" ? "input" : "";
  const output = node !== null && box.node === graph.output ? " output" : "";
  const words = box.lines.map(([, text]) => text).join(", ");
  const element = svg("g", { class: `box ${kinds}${output}`, transform: `translate(${x} ${y})`, tabindex: 0, role: "button", "aria-label": words, "data-key": box.key });
  const size = { width: box.width, height: box.height, rx: 7 };
  if (node === null) element.append(svg("rect", { class: "behind", x: 4, y: 4, ...size }));
  element.append(svg("title", {}, node === null ? words : `${node.name} ${node.formula && `= ${node.formula}`} ${node.source}`), svg("rect", size));
  box.lines.forEach(([kind, text], i) => {
    element.append(svg("text", { class: kind, x: box.width / 2, y: 21 + i * 17, "text-anchor": "middle" }, text));
  });
  if (node === null) element.append(toggle(box.group, true, box.width, 0, graph.groups[box.group].name));
  return element;
}

function toggle(group, closed, x, y, name) {
  const label = `${closed ? "Unfold" : "Fold"} ${name}`;
  const mark = svg("path", { d: closed ? "M-4 0h8M0 -4v8" : "M-4 0h8" });
  return svg("g", { class: "toggle", "data-group": group, transform: `translate(${x} ${y})`, tabindex: 0, role: "button", "aria-label": label }, svg("title", {}, label), svg("circle", { r: 9 }), mark);
}

// A frame around the boxes of an unfolded group, where no other box is in its way.
function frames(graph, boxes, places) {
  const frame = new Map();
  for (const box of boxes) {
    const { x, y } = places.get(box.key);
    box.around.forEach((group, level) => {
      const room = 20 - 5 * Math.min(level, 3);
      const old = frame.get(group) || { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity, level, keys: new Set() };
      frame.set(group, { level, keys: old.keys.add(box.key), left: Math.min(old.left, x - room), top: Math.min(old.top, y - room - 4), right: Math.max(old.right, x + box.width + room), bottom: Math.max(old.bottom, y + box.height + room) });
    });
  }
  const free = (each) => boxes.every((box) => {
    const { x, y } = places.get(box.key);
    return each.keys.has(box.key) || x > each.right || x + box.width < each.left || y > each.bottom || y + box.height < each.top;
  });
  return [...frame].filter(([, each]) => free(each)).sort(([, one], [, other]) => one.level - other.level).map(([group, each]) => {
    const name = graph.groups[group].name;
    const rect = svg("rect", { x: each.left, y: each.top, width: each.right - each.left, height: each.bottom - each.top, rx: 12 });
    const title = svg("text", { x: each.left + 18, y: each.top + 15 }, name);
    return { behind: svg("g", { class: "around" }, rect, title), before: toggle(group, false, each.left + 4, each.top + 6, name) };
  });
}
