// Zoom and pan: by buttons, wheel, two fingers, and dragging.

const READABLE = 0.75;

function viewOf(drawing, content) {
  // Own: whether the reader has moved it, who then keeps what stands in the middle.
  const view = { x: 0, y: 0, scale: 1, extent: null, own: false, size: [0, 0] };
  const pointers = new Map();
  let moved = 0;

  function show() {
    content.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.scale})`);
  }
  function fit() {
    if (drawing.hasAttribute("viewBox")) return;
    const { left, top, width, height } = view.extent;
    const [wide, high] = [drawing.clientWidth || 800, drawing.clientHeight || 500];
    view.scale = Math.min(1.6, (wide - 24) / width, (high - 24) / height);
    view.x = wide / 2 - (left + width / 2) * view.scale;
    view.y = high / 2 - (top + height / 2) * view.scale;
    view.own = false;
    show();
  }
  // All of it, or as much of its beginning as can be read.
  function begin() {
    fit();
    if (drawing.hasAttribute("viewBox") || view.scale >= READABLE) return;
    const { left, top, width, height } = view.extent;
    const [wide, high] = [drawing.clientWidth, drawing.clientHeight];
    view.scale = READABLE;
    view.x = width * READABLE < wide ? wide / 2 - (left + width / 2) * READABLE : 16 - left * READABLE;
    view.y = height * READABLE < high ? high / 2 - (top + height / 2) * READABLE : 16 - top * READABLE;
    show();
  }
  function zoom(factor, x = drawing.clientWidth / 2, y = drawing.clientHeight / 2) {
    const scale = Math.min(8, Math.max(0.02, view.scale * factor));
    view.x = x - (x - view.x) * (scale / view.scale);
    view.y = y - (y - view.y) * (scale / view.scale);
    view.scale = scale;
    view.own = true;
    show();
  }
  // Brings a point into sight, if it is not there.
  function reveal(x, y) {
    const [right, down] = [
      (view.x + x * view.scale) / drawing.clientWidth,
      (view.y + y * view.scale) / drawing.clientHeight,
    ];
    if (right < 0.1 || right > 0.9 || down < 0.1 || down > 0.9) center(x, y);
  }
  function center(x, y) {
    view.x = drawing.clientWidth / 2 - x * view.scale;
    view.y = drawing.clientHeight / 2 - y * view.scale;
    view.own = true;
    show();
  }
  function resized() {
    const [wide, high] = [drawing.clientWidth, drawing.clientHeight];
    if (view.own) {
      view.x += (wide - view.size[0]) / 2;
      view.y += (high - view.size[1]) / 2;
      if (!drawing.hasAttribute("viewBox")) show();
    } else begin();
    view.size = [wide, high];
  }
  // On paper the whole graph is shown, at the size of the sheet.
  function paper(on) {
    const { left, top, width, height } = view.extent;
    drawing.removeAttribute("viewBox");
    begin();
    if (!on) return;
    drawing.setAttribute("viewBox", `${left - 8} ${top - 8} ${width + 16} ${height + 16}`);
    content.removeAttribute("transform");
  }

  const at = (event) => {
    const { left, top } = drawing.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  const apart = ([one, other]) => Math.hypot(one[0] - other[0], one[1] - other[1]);
  drawing.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), ...at(event));
    },
    { passive: false },
  );
  drawing.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (!pointers.size) moved = 0;
    pointers.set(event.pointerId, at(event));
  });
  drawing.addEventListener("pointermove", (event) => {
    const old = pointers.get(event.pointerId);
    if (!old) return;
    const before = [...pointers.values()];
    const now = at(event);
    pointers.set(event.pointerId, now);
    const after = [...pointers.values()];
    moved += Math.hypot(now[0] - old[0], now[1] - old[1]);
    if (moved > 5 && !drawing.hasPointerCapture(event.pointerId)) drawing.setPointerCapture(event.pointerId);
    if (after.length === 2) {
      const middle = [(after[0][0] + after[1][0]) / 2, (after[0][1] + after[1][1]) / 2];
      zoom(apart(after) / Math.max(1, apart(before)), ...middle);
    }
    if (moved > 5) {
      view.x += (now[0] - old[0]) / after.length;
      view.y += (now[1] - old[1]) / after.length;
      view.own = true;
      drawing.classList.add("moving");
      show();
    }
  });
  for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) {
    drawing.addEventListener(kind, (event) => {
      pointers.delete(event.pointerId);
      drawing.classList.remove("moving");
    });
  }
  // A press that ended elsewhere was no choice.
  drawing.addEventListener(
    "click",
    (event) => {
      if (moved > 5) event.stopImmediatePropagation();
    },
    true,
  );
  return Object.assign(view, { begin, fit, zoom, center, reveal, resized, paper });
}
