// The week as a calendar: a real table that is coloured, and walked with the arrow keys.

import { byId, cell, dayName, el, figures, fill, hourName, number, percent, span, texts } from "./common.js";

const STEPS = 6;
const HOURS = 24;
const DAYS = 7;

const at = (cells, day, hour) => cells[day * HOURS + hour];
const shown = (c) => c.per_week !== null;
const rounded = (n) => number(n < 10 ? 1 : 0)(n);
const place = (c) => `${dayName(c.day)} ${hourName(c.hour)}`;

function sentence(c) {
  const day = dayName(c.day);
  const hour = hourName(c.hour);
  if (!shown(c)) return fill(texts.hidden_cell, { day, hour });
  const n = rounded(c.per_week);
  return c.in_use_percent === null
    ? fill(texts.sessions_cell, { day, hour, n })
    : fill(texts.about_cell, { day, hour, n, share: percent(c.in_use_percent) });
}

// The hours that ever have data, and one on either side.
function openHours(cells) {
  const hours = cells.filter(shown).map((c) => c.hour);
  const first = Math.max(0, Math.min(...hours) - 1);
  const last = Math.min(HOURS - 1, Math.max(...hours) + 1);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

function paint(node, c, what, most) {
  const value = c[what];
  node.className = value !== null ? `h${Math.min(STEPS - 1, Math.floor(STEPS * value / (most || 1)))}` : "few";
  const text = what === "per_week" ? rounded(value ?? 0) : number()(value ?? 0);
  node.replaceChildren(value !== null ? text : el("span", "visually-hidden", texts.too_few));
}

function heat(cells, start) {
  const hours = openHours(cells);
  const nodes = new Map();
  const short = (day) => {
    const node = cell("th", el("abbr", "", dayName(day, "short")), { scope: "col" });
    node.firstChild.title = dayName(day);
    return node;
  };
  const head = el("tr", "", cell("th", el("span", "visually-hidden", texts.hour), { scope: "col" }),
    ...Array.from({ length: DAYS }, (_, day) => short(day)));
  const rows = hours.map((hour) => el("tr", "", cell("th", hourName(hour), { scope: "row" }),
    ...Array.from({ length: DAYS }, (_, day) => {
      const node = el("td");
      node.tabIndex = -1;
      nodes.set(node, at(cells, day, hour));
      return node;
    })));
  const grid = el("table", "heat", el("caption", "visually-hidden", texts.caption),
    el("thead", "", head), el("tbody", "", ...rows));
  grid.setAttribute("role", "grid");
  walk(grid, nodes, start);
  const show = (what) => {
    const most = Math.max(...cells.filter(shown).map((c) => c[what]));
    nodes.forEach((c, node) => paint(node, c, what, most));
  };
  return { grid, show };
}

const MOVES = {
  ArrowLeft: (x, y) => [x - 1, y],
  ArrowRight: (x, y) => [x + 1, y],
  ArrowUp: (x, y) => [x, y - 1],
  ArrowDown: (x, y) => [x, y + 1],
  Home: (_, y) => [0, y],
  End: (_, y) => [DAYS - 1, y],
  PageUp: (x) => [x, 0],
  PageDown: (x, _, last) => [x, last],
};

// One cell is in the tab order at a time; arrows move it.
function walk(grid, nodes, start) {
  const all = [...nodes.keys()];
  const status = byId("status");
  let current = all.find((node) => nodes.get(node) === start) ?? all[0];
  current.tabIndex = 0;
  const say = (node) => { status.textContent = sentence(nodes.get(node)); };
  const choose = (node) => {
    current.tabIndex = -1;
    current.removeAttribute("aria-selected");
    current = node;
    current.tabIndex = 0;
    current.setAttribute("aria-selected", "true");
    say(node);
  };
  grid.addEventListener("focusin", ({ target }) => { if (nodes.has(target)) choose(target); });
  grid.addEventListener("click", ({ target }) => target.closest("td")?.focus());
  grid.addEventListener("pointerover", ({ target, pointerType }) => {
    const node = target.closest("td");
    if (pointerType === "mouse" && node && !grid.contains(document.activeElement)) say(node);
  });
  grid.addEventListener("keydown", (event) => {
    const move = MOVES[event.key];
    if (!move || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const index = all.indexOf(current);
    const last = all.length / DAYS - 1;
    const [x, y] = move(index % DAYS, Math.floor(index / DAYS), last);
    if (x >= 0 && x < DAYS && y >= 0 && y <= last) all[y * DAYS + x].focus();
  });
}

function start() {
  const cells = figures.cells;
  const some = cells.filter(shown);
  if (!some.length) return;
  const by = (a, b) => b.per_week - a.per_week || b.in_use_percent - a.in_use_percent;
  const order = [...some].sort(by);
  const busiest = order[0];
  byId("busiest").textContent = place(busiest);
  byId("busiest-note").textContent = fill(texts.per_week, { n: rounded(busiest.per_week) });
  byId("quietest").textContent = place(order.at(-1));
  byId("window").textContent = fill(texts.window, { n: number()(figures.weeks), span: span(figures) });
  const { grid, show } = heat(cells, busiest);
  show("per_week");
  byId("heat").replaceChildren(grid);
  const buttons = [...document.querySelectorAll("[data-show]")];
  for (const button of buttons) {
    button.addEventListener("click", () => {
      for (const each of buttons) each.setAttribute("aria-pressed", String(each === button));
      show(button.dataset.show);
    });
  }
}

if (byId("heat")) start();
