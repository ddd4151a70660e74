// Who answers to which button and key; then the page begins.

function activate(target) {
  const switched = target.closest(".toggle");
  if (switched) {
    const group = Number(switched.dataset.group);
    if (state.folded.has(group)) unfold(group);
    else fold(group);
    return true;
  }
  const key = target.closest("[data-key]")?.dataset.key;
  const box = state.shown.boxes.find((each) => each.key === key);
  const link = state.shown.links.find((each) => each.key === key && each.edges.length);
  if (box) chooseBox(box);
  else if (link) chooseLink(link);
  return Boolean(box || link);
}

drawing.addEventListener("click", (event) => activate(event.target));
drawing.addEventListener("dblclick", (event) => {
  const key = event.target.closest(".box.group")?.dataset.key;
  if (key) unfold(Number(key.slice(1)));
});
part("in").addEventListener("click", () => view.zoom(1.3));
part("out").addEventListener("click", () => view.zoom(1 / 1.3));
part("fit").addEventListener("click", () => view.fit());
part("fold").addEventListener("click", () => foldAll(topGroups(data)));
part("unfold").addEventListener("click", () => foldAll([]));
part("search").addEventListener("input", (event) => find(event.target.value));
part("search").addEventListener("keydown", (event) => {
  const [first] = event.key === "Enter" ? find(event.target.value) : [];
  if (first !== undefined) goTo(first);
});
const keys = {
  " ": player.switchPlay,
  ArrowRight: () => player.by(1),
  ArrowLeft: () => player.by(-1),
  "+": () => view.zoom(1.3),
  "-": () => view.zoom(1 / 1.3),
  0: view.fit,
};
// Elsewhere these two go to the ends of the page.
const keysHere = { Home: player.start, End: player.end };
const here = "#controls, #stage";

function pressed(event) {
  const { key, target } = event;
  const activates = key === "Enter" || key === " ";
  if (activates && drawing.contains(target) && activate(target)) return true;
  const act = keys[key] || (target.closest(here) && keysHere[key]);
  if (act) act();
  return Boolean(act);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input, select, pre, .scroll")) return;
  if (event.key === " " && event.target.matches("button, summary")) return;
  if (pressed(event)) event.preventDefault();
});
new ResizeObserver(() => view.resized()).observe(drawing);
let before = null;
matchMedia("print").addEventListener("change", (event) => {
  if (event.matches) before = new Set(state.folded);
  state.folded = event.matches ? new Set() : before;
  draw(event.matches);
  view.paper(event.matches);
});

const value = brief(data.nodes[data.output].value);
const count = `${data.nodes.length} values, and ${data.edges.length} edges that carry a gradient back`;
part("summary").textContent = `Its value here is ${value}. ${count}.`;
part("folds").hidden = data.groups.length === 0;
part("finder").hidden = data.nodes.length < 30;
draw();
welcome();
