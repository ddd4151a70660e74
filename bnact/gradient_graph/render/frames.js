// Frames around the boxes of unfolded groups.

const [MARGIN, TITLE] = [9, 22];

function partOf(box, places) {
  const { x, y } = places.get(box.key);
  return { left: x, top: y, right: x + box.width, bottom: y + box.height };
}

// The frames that no other box is in the way of, outer ones first; each around those within it, with room for
// its name above them.
function framesOf(boxes, places) {
  const frames = new Map();
  const deepest = Math.max(0, ...boxes.map((box) => box.around.length));
  const widen = (group, level, key, part) => {
    const nothing = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity, keys: new Set() };
    const old = frames.get(group) || { group, level, ...nothing };
    frames.set(group, {
      ...old,
      keys: old.keys.add(key),
      left: Math.min(old.left, part.left - MARGIN),
      top: Math.min(old.top, part.top - TITLE),
      right: Math.max(old.right, part.right + MARGIN),
      bottom: Math.max(old.bottom, part.bottom + MARGIN),
    });
  };
  for (let level = deepest - 1; level >= 0; level--) {
    for (const box of boxes) {
      if (box.around.length <= level) continue;
      widen(box.around[level], level, box.key, frames.get(box.around[level + 1]) || partOf(box, places));
    }
  }
  const free = (frame) =>
    boxes.every((box) => {
      const { left, top, right, bottom } = partOf(box, places);
      const beside = left > frame.right || right < frame.left || top > frame.bottom || bottom < frame.top;
      return frame.keys.has(box.key) || beside;
    });
  return [...frames.values()].filter(free).sort((one, other) => one.level - other.level);
}

// Where a frame's name stands.
function titleOf({ left, top, right }) {
  return { left, top, right, bottom: top + TITLE - 2 };
}

function drawFrame(graph, { group, left, top, right, bottom }) {
  const name = graph.groups[group].name;
  const rect = svg("rect", { x: left, y: top, width: right - left, height: bottom - top, rx: 12 });
  const title = svg("text", { x: left + 18, y: top + 15 }, cut(name, Math.max(6, (right - left - 24) / 7.4)));
  return {
    behind: svg("g", { class: "around" }, rect),
    before: svg("g", { class: "around" }, title, toggle(group, false, left + 4, top + 6, name)),
  };
}

// What is drawn, with the frames around it.
function extentWith(layout, frames) {
  const left = Math.min(layout.left, ...frames.map((each) => each.left - 8));
  const top = Math.min(layout.top, ...frames.map((each) => each.top - 8));
  const right = Math.max(layout.left + layout.width, ...frames.map((each) => each.right));
  const bottom = Math.max(layout.top + layout.height, ...frames.map((each) => each.bottom));
  return { left, top, width: right - left, height: bottom - top };
}
