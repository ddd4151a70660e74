// What is chosen, what is folded, and what is looked for.

function chooseEdge(number) {
  const link = state.shown.links.find((each) => each.edges.includes(number));
  // What both ends of an edge are folded into stands for it.
  const key = link ? link.key : state.shown.keys[data.edges[number].source];
  show(key, edgeParts(data, data.edges[number], chooseNode));
}

function chooseNode(number) {
  show(state.shown.keys[number], nodeParts(data, data.nodes[number], chooseEdge, fold));
}

function chooseLink(link) {
  if (link.edges.length === 1) chooseEdge(link.edges[0]);
  else {
    const title = html("h2", {}, `${link.edges.length} edges`);
    show(link.key, [title, edgeList(data, link.edges, chooseEdge)]);
  }
}

function chooseBox(box) {
  if (box.node !== null) chooseNode(box.node);
  else show(box.key, groupParts(data, box, crossing(box.key), chooseEdge, unfold));
}

function show(key, parts) {
  state.chosen = key;
  panel.replaceChildren(...parts);
  mark();
}

function crossing(key) {
  return state.shown.links
    .filter((link) => link.source === key || link.target === key)
    .flatMap((link) => link.edges)
    .sort((one, other) => one - other);
}

function fold(group) {
  state.folded.add(group);
  draw();
  const around = groupsAround(data, group);
  chooseBox(state.shown.boxes.find((box) => box.group !== null && around.includes(box.group)));
}

function unfold(group) {
  state.folded.delete(group);
  draw();
  welcome();
}

function foldAll(groups) {
  state.folded = new Set(groups);
  draw();
  welcome();
}

function welcome() {
  const inputs = data.nodes.filter((node) => node.operation === "input" && node.gradient);
  const hint = "Choose an edge for its arithmetic, or a value for the sum of its contributions.";
  show(null, [
    html("h2", {}, "Gradients of the inputs"),
    terms(inputs.map((node) => [node.name, brief(node.gradient)])),
    html("p", {}, hint),
  ]);
}

function find(words) {
  const wanted = words.trim().toLowerCase();
  const matches = (number) => data.nodes[number].name.toLowerCase().includes(wanted);
  const found = wanted ? [...data.nodes.keys()].filter(matches) : [];
  part("found").textContent = wanted ? `${found.length} found` : "";
  const keys = new Set(found.map((number) => state.shown.keys[number]));
  for (const box of state.shown.boxes)
    state.elements.get(box.key).classList.toggle("match", keys.has(box.key));
  return found;
}

function goTo(number) {
  for (const group of groupsAround(data, data.nodes[number].group)) state.folded.delete(group);
  draw();
  const box = state.shown.boxes.find((each) => each.node === number);
  const { x, y } = state.layout.places.get(box.key);
  view.scale = Math.max(view.scale, 0.9);
  view.center(x + box.width / 2, y + box.height / 2);
  chooseNode(number);
}
