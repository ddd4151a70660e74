// The page: what is folded, what is chosen, and who answers to what.

const LARGE = 60;
const graph = JSON.parse(document.getElementById("graph").textContent);
const part = (id) => document.getElementById(id);
const [drawing, content, panel] = [part("drawing"), part("content"), part("panel")];
const controls = Object.fromEntries(["start", "back", "play", "step", "end", "place", "counter", "speed", "caption"].map((id) => [id, part(id)]));
const state = { folded: new Set(graph.nodes.length > LARGE ? topGroups(graph) : []), chosen: null, shown: null, layout: null, elements: new Map() };
const view = viewOf(drawing, content);
const player = playerOf(graph, controls, (begins) => { mark(); if (begins) appear(); else follow(); });

// A sheet is higher than wide.
const SHEET = 0.75;

function draw(paper = false) {
  state.shown = shown(graph, state.folded);
  const { boxes, links, order } = state.shown;
  measured(graph, state.shown);
  state.layout = layoutOf(boxes, links, paper ? SHEET : (drawing.clientWidth || 800) / (drawing.clientHeight || 500));
  const { places, routes } = state.layout;
  const linkElements = links.map((link, i) => drawLink(graph, link, routes[i], state.layout));
  const boxElements = boxes.map((box) => drawBox(graph, box, places.get(box.key)));
  state.elements = new Map([...linkElements, ...boxElements].map((element) => [element.dataset.key, element]));
  const around = frames(graph, boxes, places);
  content.replaceChildren(...around.map((each) => each.behind), ...linkElements, ...boxElements, ...around.map((each) => each.before));
  delays(boxElements, linkElements);
  view.extent = state.layout;
  view.begin();
  player.follow(order);
  mark();
}

function delays(boxElements, linkElements) {
  const step = Math.min(0.25, 2.5 / state.layout.layers);
  const after = (key) => `${(state.layout.places.get(key).layer * step).toFixed(2)}s`;
  for (const element of boxElements) element.style.setProperty("--after", after(element.dataset.key));
  linkElements.forEach((element, i) => element.style.setProperty("--after", after(state.shown.links[i].target)));
}

function appear() {
  content.classList.remove("appearing");
  void content.getBoundingClientRect();
  content.classList.add("appearing");
}

// Classes for what has been played and what is chosen.
function mark() {
  const last = player.at ? player.order[player.at - 1] : -1;
  for (const link of state.shown.links) {
    const classes = state.elements.get(link.key).classList;
    classes.toggle("played", link.edges.length > 0 && link.edges.some((edge) => edge <= last));
    classes.toggle("current", link.edges.includes(last));
    classes.toggle("chosen", state.chosen === link.key);
  }
  const waiting = new Set(graph.edges.slice(last + 1).map((edge) => edge.source));
  for (const box of state.shown.boxes) {
    const classes = state.elements.get(box.key).classList;
    const known = box.node !== null && player.at > 0 && !waiting.has(box.node);
    classes.toggle("played", known);
    classes.toggle("chosen", state.chosen === box.key);
  }
}

function follow() {
  if (!player.at) return;
  const edge = player.order[player.at - 1];
  const place = state.shown.links.findIndex((link) => link.edges.includes(edge));
  const { main, cross } = labelled(state.layout.routes[place]);
  view.reveal(...state.layout.point(main, cross));
  choose(state.shown.links[place].key, edge);
}

function choose(key, only) {
  const edge = only === undefined ? graph.edges.find((each) => each.name === key) : graph.edges[only];
  const link = state.shown.links.find((each) => each.key === key) || (edge && state.shown.links.find((each) => each.edges.includes(graph.edges.indexOf(edge))));
  const box = state.shown.boxes.find((each) => each.key === key);
  state.chosen = link ? link.key : key;
  if (edge) panel.replaceChildren(...edgeParts(graph, edge, choose));
  else if (link) panel.replaceChildren(html("h2", {}, `${link.edges.length} edges`), edgeList(graph, link.edges, choose));
  else if (box && box.group !== null) panel.replaceChildren(...groupParts(graph, box, crossing(box.key), choose, unfold));
  else panel.replaceChildren(...nodeParts(graph, graph.nodes[Number(key.slice(1))], choose, fold));
  mark();
}

function crossing(key) {
  return state.shown.links.filter((link) => link.source === key || link.target === key).flatMap((link) => link.edges).sort((one, other) => one - other);
}

function fold(group) {
  state.folded.add(group);
  draw();
  choose(state.shown.boxes.find((box) => box.group !== null && groupsAround(graph, group).includes(box.group)).key);
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
  state.chosen = null;
  const parts = [html("h2", {}, "Gradients of the inputs"), terms(graph.nodes.filter((node) => node.operation === "input" && node.gradient).map((node) => [node.name, brief(node.gradient)]))];
  parts.push(html("p", {}, "Choose an edge for its arithmetic, or a value for the sum of its contributions."));
  panel.replaceChildren(...parts);
  mark();
}

function find(words) {
  const wanted = words.trim().toLowerCase();
  const found = wanted ? graph.nodes.map((_, number) => number).filter((number) => graph.nodes[number].name.toLowerCase().includes(wanted)) : [];
  part("found").textContent = wanted ? `${found.length} found` : "";
  const keys = new Set(found.map((number) => state.shown.keys[number]));
  for (const box of state.shown.boxes) state.elements.get(box.key).classList.toggle("match", keys.has(box.key));
  return found;
}

function goTo(number) {
  for (const group of groupsAround(graph, graph.nodes[number].group)) state.folded.delete(group);
  draw();
  const key = `n${number}`;
  const [{ x, y }, box] = [state.layout.places.get(key), state.shown.boxes.find((each) => each.key === key)];
  view.scale = Math.max(view.scale, 0.9);
  view.center(x + box.width / 2, y + box.height / 2);
  choose(key);
}

function activate(target) {
  const switched = target.closest(".toggle");
  if (switched) {
    const group = Number(switched.dataset.group);
    if (state.folded.has(group)) unfold(group);
    else fold(group);
    return true;
  }
  const element = target.closest("[data-key]");
  if (!element || element.classList.contains("plain")) return false;
  choose(element.dataset.key);
  return true;
}

drawing.addEventListener("click", (event) => activate(event.target));
drawing.addEventListener("dblclick", (event) => {
  const key = event.target.closest(".box.group")?.dataset.key;
  if (key) unfold(Number(key.slice(1)));
});
part("in").addEventListener("click", () => view.zoom(1.3));
part("out").addEventListener("click", () => view.zoom(1 / 1.3));
part("fit").addEventListener("click", () => view.fit());
part("fold").addEventListener("click", () => foldAll(topGroups(graph)));
part("unfold").addEventListener("click", () => foldAll([]));
part("search").addEventListener("input", (event) => find(event.target.value));
part("search").addEventListener("keydown", (event) => {
  const [first] = event.key === "Enter" ? find(event.target.value) : [];
  if (first !== undefined) goTo(first);
});
const keys = { " ": player.switchPlay, ArrowRight: () => player.by(1), ArrowLeft: () => player.by(-1), Home: player.start, End: player.end, "+": () => view.zoom(1.3), "-": () => view.zoom(1 / 1.3), 0: view.fit };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, pre, .scroll")) return;
  if (event.key === " " && event.target.matches("button, summary")) return;
  const chosen = event.key === "Enter" && drawing.contains(event.target) && activate(event.target);
  if (!chosen && !keys[event.key]) return;
  event.preventDefault();
  if (!chosen) keys[event.key]();
});
new ResizeObserver(() => view.begin()).observe(drawing);
let before = null;
matchMedia("print").addEventListener("change", (event) => {
  if (event.matches) before = new Set(state.folded);
  state.folded = event.matches ? new Set() : before;
  draw(event.matches);
  view.paper(event.matches);
});

part("summary").textContent = `Its value here is ${brief(graph.nodes[graph.output].value)}. ${graph.nodes.length} values, and ${graph.edges.length} edges that carry a gradient back.`;
part("folds").hidden = graph.groups.length === 0;
part("finder").hidden = graph.nodes.length < 30;
draw();
welcome();
