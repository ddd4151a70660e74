// Where the backward pass stands: so many of the visible edges are shown.

function playerOf(graph, controls, { moved, begun }) {
  const player = { order: [], at: 0, timer: null };

  function to(place) {
    player.at = Math.min(player.order.length, Math.max(0, place));
    if (player.at === player.order.length) pause();
    show();
    moved();
  }
  function show() {
    const count = player.order.length;
    controls.place.max = String(count);
    controls.place.value = String(player.at);
    const words = player.at ? `edge ${player.at} of ${count}` : "forward pass";
    controls.counter.textContent = words;
    controls.place.setAttribute("aria-valuetext", words);
    controls.start.disabled = controls.back.disabled = player.at === 0;
    controls.end.disabled = controls.step.disabled = player.at === count;
    controls.play.disabled = count === 0;
    controls.play.classList.toggle("playing", player.timer !== null);
    const word = player.timer === null ? "Play" : "Pause";
    controls.play.setAttribute("aria-label", word);
    controls.play.querySelector("span").textContent = word;
    controls.caption.replaceChildren(...caption(graph, player));
  }
  function pause() {
    clearInterval(player.timer);
    player.timer = null;
  }
  function tick() {
    if (player.at < player.order.length) to(player.at + 1);
  }
  function play() {
    const begins = player.at === 0 || player.at === player.order.length;
    if (player.at === player.order.length) player.at = 0;
    player.timer = setInterval(tick, Number(controls.speed.value));
    show();
    if (begins) begun();
    else moved();
  }
  // Another folding: the same edge was the last.
  function through(order) {
    const last = player.at ? player.order[player.at - 1] : -1;
    player.order = order;
    player.at = order.filter((edge) => edge <= last).length;
    show();
  }
  const by = (count) => {
    pause();
    to(player.at + count);
  };
  const switchPlay = () => {
    if (player.timer === null) play();
    else {
      pause();
      show();
    }
  };
  const end = () => {
    pause();
    to(player.order.length);
  };
  const start = () => {
    pause();
    to(0);
  };
  controls.play.addEventListener("click", switchPlay);
  controls.step.addEventListener("click", () => by(1));
  controls.back.addEventListener("click", () => by(-1));
  controls.start.addEventListener("click", start);
  controls.end.addEventListener("click", end);
  controls.place.addEventListener("input", () => {
    pause();
    to(Number(controls.place.value));
  });
  controls.speed.addEventListener("change", () => {
    if (player.timer !== null) {
      pause();
      play();
    }
  });
  return Object.assign(player, { to, through, by, switchPlay, start, end });
}

function caption(graph, player) {
  if (!player.order.length) return ["No gradient goes back: the value does not depend on an input."];
  if (!player.at) return ["The forward pass is done: every value is known. Play carries the gradient back."];
  const edge = graph.edges[player.order[player.at - 1]];
  const ends = `${edge.name}: ${graph.nodes[edge.target].name} gives ${graph.nodes[edge.source].name}  `;
  return [ends, html("b", { class: "gradient" }, edge.arithmetic || brief(edge.gradient))];
}
