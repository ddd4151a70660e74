// The graph as SVG elements: made once for each folding, and only their classes changed while it is played.

function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function cut(text, most) {
  return text.length <= most ? text : `${text.slice(0, most / 3)}…${text.slice(1 - (2 * most) / 3)}`;
}

function brief(array) {
  if (array.shape === undefined) return array.text;
  return array.rms === undefined ? array.shape : `${array.shape} rms ${array.rms}`;
}

function boxLines(graph, box) {
  if (box.group !== null) {
    const count = box.inside.length;
    return [
      ["name", cut(graph.groups[box.group].name, 26)],
      ["formula", `${count} ${count === 1 ? "operation" : "operations"}`],
    ];
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

function drawLink(graph, link, route, labels, { point }) {
  const plain = link.edges.length === 0;
  const first = link.edges.slice(0, 4).map((edge) => edgeWords(graph, graph.edges[edge]));
  const words = plain ? "no gradient" : first.join("; ");
  const line = (kind, shift, ends) => svg("path", { class: kind, d: pathText(route, point, shift), ...ends });
  const asked = plain ? {} : { tabindex: 0, role: "button", "aria-label": words };
  const group = svg("g", { class: plain ? "link plain" : "link", "data-key": link.key, ...asked });
  group.append(svg("title", {}, words), line("hit", plain ? 0 : 2, {}));
  group.append(line("line", plain ? 0 : -2.5, { "marker-end": "url(#down)" }));
  if (!plain) group.append(line("gradient-line", 3.5, { "marker-start": "url(#up)" }));
  for (const { kind, text, x, y } of labels) {
    group.append(svg("text", { class: kind, x, y, "text-anchor": "middle" }, text));
  }
  return group;
}

function drawBox(graph, box, { x, y }) {
  const node = box.node === null ? null : graph.nodes[box.node];
  const kinds = node === null ? "group" : kindOf(node);
  const output = node !== null && box.node === graph.output ? " output" : "";
  const words = box.lines.map(([, text]) => text).join(", ");
  const element = svg("g", {
    class: `box ${kinds}${output}`,
    transform: `translate(${x} ${y})`,
    tabindex: 0,
    role: "button",
    "aria-label": words,
    "data-key": box.key,
  });
  const size = { width: box.width, height: box.height, rx: 7 };
  if (node === null) element.append(svg("rect", { class: "behind", x: 4, y: 4, ...size }));
  const title = node === null ? words : `${node.name} ${node.formula && `= ${node.formula}`} ${node.source}`;
  element.append(svg("title", {}, title), svg("rect", size));
  box.lines.forEach(([kind, text], i) => {
    element.append(
      svg("text", { class: kind, x: box.width / 2, y: 21 + i * 17, "text-anchor": "middle" }, text),
    );
  });
  if (node === null) element.append(toggle(box.group, true, box.width, 0, graph.groups[box.group].name));
  return element;
}

function kindOf(node) {
  if (node.constant) return "constant";
  return node.operation === "input" ? "input" : "";
}

function toggle(group, closed, x, y, name) {
  const label = `${closed ? "Unfold" : "Fold"} ${name}`;
  const asked = { tabindex: 0, role: "button", "aria-label": label };
  return svg(
    "g",
    { class: "toggle", "data-group": group, transform: `translate(${x} ${y})`, ...asked },
    svg("title", {}, label),
    svg("circle", { r: 9 }),
    svg("path", { d: closed ? "M-4 0h8M0 -4v8" : "M-4 0h8" }),
  );
}
