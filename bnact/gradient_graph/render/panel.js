// The details of what is chosen. Words come in as text and never as HTML.

function html(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function terms(pairs) {
  const kept = pairs.filter(([, content]) => content !== "" && content !== null);
  return html(
    "dl",
    {},
    ...kept.flatMap(([term, content]) => [html("dt", {}, term), html("dd", {}, content)]),
  );
}

function matrix(rows, label) {
  const lines = rows.map((row) =>
    html("tr", {}, ...row.map((text) => html("td", text === "0" ? { class: "zero" } : {}, text))),
  );
  return html(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": label },
    html("table", {}, html("tbody", {}, ...lines)),
  );
}

function arrayParts(label, array) {
  if (array.shape === undefined) return [];
  const statistics = Object.entries({ ...array.statistics, rms: array.rms }).map((pair) => pair.join(" "));
  const parts = [html("h3", {}, `${label} ${array.shape}`), html("p", {}, statistics.join(" · "))];
  if (array.rows) parts.push(matrix(array.rows, label));
  return parts;
}

function localParts(local) {
  const kinds = {
    number: "",
    multiple: `${local.number} times the identity`,
    diagonal: "diagonal",
    matrix: "matrix",
    unwritten: "too large to write out",
  };
  const parts = [
    html("h3", {}, "Local derivative, of the target by the source"),
    terms([
      ["Jacobian", `${local.shape}, ${kinds[local.kind]}`],
      ["rms", local.kind === "multiple" ? "" : (local.rms ?? "")],
    ]),
  ];
  if (local.rows) parts.push(matrix(local.rows, "The local Jacobian"));
  if (local.diagonal) parts.push(html("h3", {}, "Its diagonal"), matrix([local.diagonal], "The diagonal"));
  return parts;
}

function edgeParts(graph, edge, chooseNode) {
  const [source, target] = [graph.nodes[edge.source], graph.nodes[edge.target]];
  const parts = [html("h2", {}, `Edge ${edge.name}`)];
  if (edge.arithmetic) {
    parts.push(
      html("p", { class: "arithmetic" }, edge.arithmetic),
      html("p", {}, "upstream × local = gradient"),
    );
  }
  const go = (number, node) => {
    const button = html("button", {}, node.name);
    button.addEventListener("click", () => chooseNode(number));
    return button;
  };
  parts.push(
    terms([
      ["from", go(edge.source, source)],
      ["into", go(edge.target, target)],
      ["computes", target.formula && html("code", {}, target.formula)],
      ["value", brief(source.value)],
      ["upstream", brief(edge.upstream)],
      ["local", edge.local.kind === "number" ? edge.local.number : ""],
      ["gradient", html("b", { class: "gradient" }, brief(edge.gradient))],
    ]),
  );
  if (edge.local.kind !== "number") parts.push(...localParts(edge.local));
  if (edge.products.length) {
    parts.push(
      html("h3", {}, "Number by number: upstream × local = gradient"),
      html("ul", {}, ...edge.products.map((text) => html("li", {}, text))),
    );
  }
  parts.push(...arrayParts("Upstream", edge.upstream), ...arrayParts("Gradient", edge.gradient));
  return parts;
}

function edgeList(graph, numbers, chooseEdge) {
  return html(
    "ul",
    {},
    ...numbers.map((number) => {
      const edge = graph.edges[number];
      const ends = `${graph.nodes[edge.source].name} → ${graph.nodes[edge.target].name}`;
      const words = `${edge.name} ${ends}: ${edge.arithmetic || brief(edge.gradient)}`;
      const button = html("button", {}, words);
      button.addEventListener("click", () => chooseEdge(number));
      return html("li", {}, button);
    }),
  );
}

function scopeList(graph, group, fold) {
  return html(
    "ul",
    {},
    ...groupsAround(graph, group).map((each) => {
      const button = html("button", {}, `Fold ${graph.groups[each].name}`);
      button.addEventListener("click", () => fold(each));
      return html("li", {}, button);
    }),
  );
}

function nodeParts(graph, node, chooseEdge, fold) {
  const number = graph.nodes.indexOf(node);
  const parts = [
    html("h2", {}, node.name),
    terms([
      [
        "kind",
        node.formula
          ? node.operation
          : number === graph.output
            ? `${node.operation}, the value`
            : node.operation,
      ],
      ["formula", node.formula && html("code", {}, node.formula)],
      ["value", html("b", { class: "value" }, brief(node.value))],
      [
        "gradient",
        node.gradient ? html("b", { class: "gradient" }, brief(node.gradient)) : "none arrives here",
      ],
      ["line", node.source && html("code", {}, node.source)],
    ]),
  ];
  const uses = graph.edges
    .map((edge, place) => (edge.source === number ? place : -1))
    .filter((place) => place >= 0);
  if (uses.length > 1 && node.gradient) {
    const total = node.gradient.shape === undefined ? ` = ${node.gradient.text}` : "";
    parts.push(
      html("h3", {}, `Used ${uses.length} times: the contributions add up`),
      html("p", { class: "sum" }, node.sum + total),
    );
  } else if (uses.length) parts.push(html("h3", {}, "Its one use"));
  parts.push(edgeList(graph, uses, chooseEdge));
  if (node.group !== null) parts.push(html("h3", {}, "Made in"), scopeList(graph, node.group, fold));
  parts.push(...arrayParts("Value", node.value));
  if (node.gradient) parts.push(...arrayParts("Gradient", node.gradient));
  return parts;
}

function groupParts(graph, box, crossing, chooseEdge, unfold) {
  const button = html("button", {}, "Unfold");
  button.addEventListener("click", () => unfold(box.group));
  const around = groupsAround(graph, box.group)
    .map((group) => graph.groups[group].name)
    .join(" / ");
  return [
    html("h2", {}, graph.groups[box.group].name),
    terms([
      ["stands in", around],
      ["operations", String(box.inside.length)],
    ]),
    html("p", {}, button),
    html("h3", {}, "Edges across its border"),
    edgeList(graph, crossing, chooseEdge),
  ];
}
