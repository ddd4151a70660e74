// The words on the lines: where they stand, and which of them have no room.

// Places along the last curve, the best first; on a crowded curve they are nearer to its beginning.
const [FREE, CROWDED] = [
  [0.5, 0.36, 0.64, 0.22, 0.78],
  [0.3, 0.42, 0.2, 0.54],
];

// For each link its labels, none upon another or upon what has its place already. What finds no room is left
// out, and is in the panel only.
function labelsOf(links, layout, placed) {
  const taken = [...placed];
  const apart = (one, other) =>
    one.right <= other.left || other.right <= one.left || one.bottom <= other.top || other.bottom <= one.top;
  return links.map((link, i) => {
    const route = layout.routes[i];
    return link.texts.flatMap((text, n) => {
      const tries = (route.crowded ? CROWDED : FREE).map((t) => labelAt(route, t, text, n ? 1 : -1, layout));
      const free = text ? tries.find((each) => taken.every((other) => apart(each, other))) : undefined;
      if (free) taken.push(free);
      return free ? [{ ...free, text, kind: n ? "gradient" : "value" }] : [];
    });
  });
}

// Beside the line's last curve, the value on one side and the gradient on the other, and not so far along
// that it would meet a box.
function labelAt(route, t, text, side, { point, direction }) {
  const { main, cross, along, across } = labelled(route, t);
  const length = Math.hypot(along, across);
  const [ahead, aside] = [-across / length, along / length];
  const [wide, high] = [text.length * 3.5, 6];
  const [half, most] = direction === "right" ? [[wide, high], 20] : [[high, wide], 11];
  const room = half[0] * Math.abs(ahead) + half[1] * aside + 8.5;
  const on = Math.min(most, Math.max(-most, room * ahead));
  const off = (room - ahead * on) / Math.max(aside, 0.4);
  const [x, y] = point(main + side * on, cross + side * off);
  return { x, y: y + 4, left: x - wide - 1, right: x + wide + 1, top: y - high - 2, bottom: y + high + 2 };
}

// The place and direction of the last curve at t, from 0 to 1.
function labelled(route, t = route.crowded ? CROWDED[0] : FREE[0]) {
  const [from, to] = [route[route.length - 3], route[route.length - 2]];
  const [high, wide] = [to[0] - from[0], to[1] - from[1]];
  return {
    main: from[0] + high * (1.5 * t * (1 - t) + t ** 3),
    cross: from[1] + wide * t * t * (3 - 2 * t),
    along: high * (1.5 - 3 * t + 3 * t * t),
    across: wide * 6 * t * (1 - t),
  };
}
