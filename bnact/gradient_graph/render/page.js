// The page: what is folded, what is chosen, and who answers to what.

const LARGE = 60;
const data = JSON.parse(document.getElementById("graph").textContent);
const part = (id) => document.getElementById(id);
const [drawing, content, panel] = [part("drawing"), part("content"), part("panel")];
const names = ["start", "back", "play", "step", "end", "place", "counter", "speed", "caption"];
const controls = Object.fromEntries(names.map((id) => [id, part(id)]));
const state = {
  folded: new Set(data.nodes.length > LARGE ? topGroups(data) : []),
  chosen: null,
  shown: null,
  layout: null,
  elements: new Map(),
};
const view = viewOf(drawing, content);
const player = playerOf(data, controls, { moved, begun });
// By the number of a node the last of the edges that bring it something.
const lastOf = new Map(data.edges.map((edge, number) => [edge.source, number]));

// A sheet is higher than wide.
const SHEET = 0.75;

function draw(paper = false) {
  state.shown = shown(data, state.folded);
  const { boxes, links, order } = state.shown;
  measured(data, state.shown);
  const aspect = paper ? SHEET : (drawing.clientWidth || 800) / (drawing.clientHeight || 500);
  state.layout = layoutOf(boxes, links, aspect);
  const { places, routes } = state.layout;
  const around = framesOf(boxes, places);
  const placed = [...boxes.map((box) => partOf(box, places)), ...around.map(titleOf)];
  const labels = labelsOf(links, state.layout, placed);
  const linkElements = links.map((link, i) => drawLink(data, link, routes[i], labels[i], state.layout));
  const boxElements = boxes.map((box) => drawBox(data, box, places.get(box.key)));
  const elements = [...linkElements, ...boxElements];
  state.elements = new Map(elements.map((element) => [element.dataset.key, element]));
  const frames = around.map((each) => drawFrame(data, each));
  content.replaceChildren(
    ...frames.map((each) => each.behind),
    ...elements,
    ...frames.map((each) => each.before),
  );
  delays(boxElements, linkElements);
  view.extent = extentWith(state.layout, around);
  view.begin();
  player.through(order);
  mark();
}

function delays(boxElements, linkElements) {
  const step = Math.min(0.25, 2.5 / state.layout.layers);
  const after = (key) => `${(state.layout.places.get(key).layer * step).toFixed(2)}s`;
  for (const element of boxElements) element.style.setProperty("--after", after(element.dataset.key));
  linkElements.forEach((element, i) =>
    element.style.setProperty("--after", after(state.shown.links[i].target)),
  );
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
    classes.toggle("played", link.edges[0] <= last);
    classes.toggle("current", link.edges.includes(last));
    classes.toggle("chosen", state.chosen === link.key);
  }
  for (const box of state.shown.boxes) {
    const classes = state.elements.get(box.key).classList;
    const known = player.at > 0 && !(lastOf.get(box.node) > last);
    classes.toggle("played", box.node !== null && known);
    classes.toggle("chosen", state.chosen === box.key);
  }
}

function moved() {
  mark();
  if (!player.at) return;
  const edge = player.order[player.at - 1];
  const place = state.shown.links.findIndex((link) => link.edges.includes(edge));
  const { main, cross } = labelled(state.layout.routes[place]);
  view.reveal(...state.layout.point(main, cross));
  chooseEdge(edge);
}

function begun() {
  mark();
  appear();
}
