// Shows what /events pushes. Every word comes from the server: fixed texts in #texts, sentences
// about stations and reports in the data itself.

const texts = JSON.parse(document.getElementById("texts").textContent);
const SVG = "http://www.w3.org/2000/svg";
const language = document.documentElement.lang;
const time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const moment = new Intl.DateTimeFormat(language,
  { month: "short", day: "numeric", ...time, second: "2-digit" });
const hour = new Intl.DateTimeFormat(language, { month: "long", day: "numeric", ...time });
const percent = new Intl.NumberFormat(language, { style: "percent" });

const byId = (id) => document.getElementById(id);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const named = (kind, name) => texts[`${kind}_${name}`] ?? name.replaceAll("_", " ");

function el(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

function icon(level) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon ${level}`);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${level}`);
  svg.append(use);
  return svg;
}

function bar(share, className) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `bar ${className}`);
  svg.setAttribute("aria-hidden", "true");
  for (const [part, width] of [["track", 100], ["value", share]]) {
    const rect = document.createElementNS(SVG, "rect");
    rect.setAttribute("class", part);
    rect.setAttribute("width", `${width}%`);
    rect.setAttribute("height", "100%");
    rect.setAttribute("rx", "4");
    svg.append(rect);
  }
  return svg;
}

function barRow(label, width, value, className) {
  return el("li", "bar-row",
    el("span", "label", label), el("span", "value", value), bar(width, className));
}

function standing({ level, word, sentence }, name) {
  const title = el("p", "standing-title", el("strong", "", name ?? ""), el("span", `word ${level}`, word));
  return [icon(level), el("div", "standing-text", title, el("p", "", sentence))];
}

// Screen readers read a live region again whenever it is touched, so only touch what differs.
function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function setNodes(node, key, make) {
  if (node.dataset.shown === key) return;
  node.dataset.shown = key;
  node.replaceChildren(...make());
}

function showNow({ headline, hub, gyms, stations }) {
  setNodes(byId("headline"), headline.level + headline.sentence,
    () => [icon(headline.level), el("span", "", headline.sentence)]);
  setText(byId("gym"), gyms.length === 1 ? gyms[0].gym : texts.subtitle);
  const trouble = hub.level !== "green";
  byId("hub").hidden = !trouble;
  setNodes(byId("hub"), hub.sentence, () => trouble ? standing(hub) : []);
  showToday(gyms);
  byId("stations").replaceChildren(stations.length
    ? el("ul", "stations", ...stations.map((s) => el("li", `station ${s.level}`, ...standing(s, s.label))))
    : el("p", "empty", texts.no_stations));
}

function showToday(gyms) {
  const today = byId("today");
  setNodes(today, gyms.map((g) => g.gym).join(" "), () => (gyms.length
    ? gyms.map((g) => el("p", "count",
      ...(gyms.length > 1 ? [el("span", "count-gym", g.gym)] : []), el("span", "number", "")))
    : [el("p", "empty", texts.no_gym)]));
  today.querySelectorAll(".number").forEach((number, i) => {
    const text = String(gyms[i].sessions_today);
    if (number.textContent === text) return;
    const first = number.textContent === "";
    number.textContent = text;
    number.classList.remove("landed");
    if (!first) requestAnimationFrame(() => number.classList.add("landed"));
  });
}

function showTechnique({ gyms }) {
  byId("technique").replaceChildren(...(gyms.length
    ? gyms.map((gym) => technique(gym, gyms.length > 1))
    : [el("p", "empty", texts.no_gym)]));
}

function technique(gym, titled) {
  const heading = titled ? [el("h3", "gym-name", gym.gym)] : [];
  if (!gym.shown) return el("div", "", ...heading, el("p", "empty", gym.sentence));
  const until = hour.format(new Date(gym.until));
  return el("div", "", ...heading,
    el("p", "about", fill(texts.technique_about, { n: gym.sessions, until })),
    el("div", "charts", patterns(gym), clean(gym), faults(gym)));
}

function chart(title, note, ...content) {
  return el("section", "chart", el("h3", "", title), el("p", "note", note), ...content);
}

function patterns({ patterns: groups }) {
  const all = groups.reduce((sum, group) => sum + group.sessions, 0);
  const rows = groups.map((group) => barRow(group.label, 100 * group.sessions / all,
    fill(texts.about, { n: group.sessions }),
    paint(group.names)));
  const merged = groups.some((group) => group.names.length > 1);
  return chart(texts.patterns, texts.patterns_note, el("ul", "bars", ...rows),
    ...(merged ? [el("p", "hidden", texts.patterns_together)] : []));
}

// Blue is right, orange is what to change; what cannot be told, or holds both, is neither.
function paint(names) {
  if (names.every((name) => name === "hinge")) return "right";
  return names.some((name) => name === "squat" || name === "stoop") && !names.includes("hinge")
    ? "change" : "plain";
}

function faults({ faults: list, sessions }) {
  const shown = list.filter((fault) => fault.sessions !== null);
  const hidden = list.filter((fault) => fault.sessions === null).map((fault) => fault.label);
  return chart(texts.faults, texts.faults_note,
    el("ul", "bars", ...shown.map((fault) => barRow(fault.label,
      Math.min(100, 100 * fault.sessions / sessions), fill(texts.about, { n: fault.sessions }), "change"))),
    ...(hidden.length ? [el("p", "hidden", fill(texts.faults_hidden, { names: hidden.join(", ") }))] : []));
}

function clean({ clean_percent: average, halves }) {
  const share = (n) => percent.format(n / 100);
  return chart(texts.clean, texts.clean_note,
    average === null ? el("p", "hidden", texts.clean_hidden) : el("p", "big", share(average)),
    ...(halves === null ? [] : [
      el("ul", "bars",
        barRow(texts.first_half, halves.first_percent, share(halves.first_percent), "right"),
        barRow(texts.second_half, halves.second_percent, share(halves.second_percent), "right")),
      el("p", "finding", finding(halves)),
    ]));
}

function finding({ first_percent: first, second_percent: second }) {
  if (first === second) return texts.halves_same;
  return second > first ? texts.halves_better : texts.halves_worse;
}

const COLUMNS = [
  ["received", (s) => moment.format(new Date(s.received))],
  ["source", (s) => texts[`source_${s.source}`]],
  ["exercise", (s) => named("exercise", s.exercise)],
  ["reps", (s) => String(s.reps)],
  ["clean_short", (s) => String(s.clean)],
  ["attempts", (s) => String(s.attempts)],
  ["moved", (s) => inWords("pattern", s.patterns)],
  ["seen", (s) => inWords("fault", s.faults)],
];
const NUMBERS = new Set(["reps", "clean_short", "attempts"]);

function inWords(kind, counts) {
  const parts = Object.entries(counts).filter(([, n]) => n > 0)
    .map(([name, n]) => `${named(kind, name)}\u00a0${n}×`);
  return parts.length ? parts.join(", ") : texts.nothing_seen;
}

function showDemo({ sessions }) {
  if (!sessions.length) {
    byId("demo").replaceChildren(el("p", "empty", texts.demo_none));
    return;
  }
  const head = el("tr", "", ...COLUMNS.map(([name]) => {
    const cell = el("th", NUMBERS.has(name) ? "numeric" : "", texts[name]);
    cell.scope = "col";
    return cell;
  }));
  const rows = sessions.map((session) => {
    const row = el("tr", "", ...COLUMNS.map(([name, show]) => {
      const cell = el("td", NUMBERS.has(name) ? "numeric" : "", show(session));
      cell.dataset.label = texts[name];
      return cell;
    }));
    row.dataset.id = session.id;
    return row;
  });
  byId("demo").replaceChildren(el("table", "",
    el("caption", "visually-hidden", texts.demo_caption), el("thead", "", head), el("tbody", "", ...rows)));
}

const LOST_AFTER_MS = 2000;
let lost;

function linked(open) {
  const link = byId("link");
  link.dataset.state = open ? "live" : "connecting";
  setText(link, open ? texts.live : texts.connecting);
  clearTimeout(lost);
  if (open) byId("away").hidden = true;
  else lost = setTimeout(() => { byId("away").hidden = false; }, LOST_AFTER_MS);
}

const SHOW = { now: showNow, technique: showTechnique, demo: showDemo };
const RETRY_MS = 3000;

// EventSource gives up for good on some failures, so each one is closed and made anew.
function listen() {
  const events = new EventSource("/events");
  events.onopen = () => linked(true);
  events.onerror = () => {
    events.close();
    linked(false);
    setTimeout(listen, RETRY_MS);
  };
  for (const [name, show] of Object.entries(SHOW)) {
    events.addEventListener(name, (event) => show(JSON.parse(event.data)));
  }
}

listen();
