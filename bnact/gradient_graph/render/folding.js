// What is shown while some groups are folded: boxes, the links between them, and the edges to be played.

function groupsAround(graph, group) {
  const around = [];
  for (let each = group; each !== null; each = graph.groups[each].parent) around.unshift(each);
  return around;
}

function topGroups(graph) {
  return graph.groups
    .map((group, number) => (group.parent === null ? number : -1))
    .filter((number) => number >= 0);
}

function shown(graph, folded) {
  const boxes = new Map();
  const keys = graph.nodes.map((node, number) => {
    const closed = groupsAround(graph, node.group).find((group) => folded.has(group));
    const key = closed === undefined ? `n${number}` : `g${closed}`;
    if (!boxes.has(key)) {
      boxes.set(
        key,
        closed === undefined
          ? { key, node: number, group: null }
          : { key, node: null, group: closed, inside: [] },
      );
    }
    if (closed !== undefined) boxes.get(key).inside.push(number);
    return key;
  });
  for (const box of boxes.values()) {
    box.around = groupsAround(
      graph,
      box.group === null ? graph.nodes[box.node].group : graph.groups[box.group].parent,
    );
  }
  const links = new Map();
  const order = [];
  graph.edges.forEach((edge, number) => {
    const source = keys[edge.source];
    const target = keys[edge.target];
    if (source === target) return;
    order.push(number);
    // Between two values each edge is a line; at a folded box those between the same two are one.
    const key = source[0] === "n" && target[0] === "n" ? edge.name : `${source}>${target}`;
    if (!links.has(key)) links.set(key, { key, source, target, edges: [] });
    links.get(key).edges.push(number);
  });
  const joined = new Set([...links.values()].map((link) => `${link.source}>${link.target}`));
  for (const [from, to] of graph.plain) {
    const [source, target] = [keys[from], keys[to]];
    const key = `${source}>${target}`;
    if (source !== target && !joined.has(key))
      links.set(`plain ${key}`, { key: `plain ${key}`, source, target, edges: [], value: from });
  }
  joinUsers(graph, boxes, links);
  return { boxes: [...boxes.values()], links: [...links.values()], order, keys };
}

// An input that one unfolded group alone uses is drawn inside it.
function joinUsers(graph, boxes, links) {
  const users = new Map();
  for (const { source, target } of links.values()) {
    const around = boxes.get(target).around;
    const before = users.get(source) || around;
    const differs = before.findIndex((group, i) => group !== around[i]);
    users.set(source, differs < 0 ? before : before.slice(0, differs));
  }
  for (const [key, around] of users) {
    const { node } = boxes.get(key);
    if (node !== null && (graph.nodes[node].operation === "input" || graph.nodes[node].constant))
      boxes.get(key).around = around;
  }
}
