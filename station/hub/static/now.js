// Shows what /events pushes. Every word comes from the server: fixed texts in #texts, sentences
// about stations in the data itself.

import { byId, el, icon, language, texts, when } from "./common.js";

const MANY = 6;
const time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const moment = when({ month: "short", day: "numeric", ...time, second: "2-digit" });
const named = (kind, name) => texts[`${kind}_${name}`] ?? name.replaceAll("_", " ");

function standing({ level, word, sentence, gym, simulated }, name, several) {
  const title = el("p", "standing-title", el("strong", "", name ?? ""),
    el("span", `word ${level}`, word),
    ...(simulated ? [el("span", "tag", texts.simulated)] : []),
    ...(several && gym ? [el("span", "where", gym)] : []));
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

function showNow({ headline, hub, stations }) {
  setNodes(byId("headline"), headline.level + headline.sentence,
    () => [icon(headline.level), el("span", "", headline.sentence)]);
  const trouble = hub.level !== "green";
  byId("hub").hidden = !trouble;
  setNodes(byId("hub"), hub.sentence, () => trouble ? standing(hub) : []);
  const well = stations.filter((s) => s.level === "green").length;
  const several = new Set(stations.map((s) => s.gym)).size > 1;
  setNodes(byId("stations"), JSON.stringify(stations), () => [stations.length
    ? el("ul", well > MANY ? "stations many" : "stations", ...stations.map((s) =>
      el("li", `station ${s.level}`, ...standing(s, s.label ?? s.id, several))))
    : el("p", "empty", texts.no_stations)]);
}

// The house's number is large; where there are several gyms, each has its own beside it.
function showToday({ gyms }) {
  const today = byId("today");
  const counts = gyms.map((g) => g.sessions_today);
  if (gyms.length > 1) counts.unshift(counts.reduce((sum, n) => sum + n, 0));
  setNodes(today, gyms.map((g) => g.gym).join(" "), () => (gyms.length
    ? [el("p", "count", el("span", "number", "")), ...(gyms.length > 1
      ? [el("ul", "gyms", ...gyms.map((g) =>
        el("li", "", el("span", "count-gym", g.gym), el("span", "number", ""))))] : [])]
    : [el("p", "empty", texts.no_gym)]));
  today.querySelectorAll(".number").forEach((number, i) => {
    const text = String(counts[i]);
    if (number.textContent === text) return;
    const first = number.textContent === "";
    number.textContent = text;
    number.classList.remove("landed");
    if (!first) requestAnimationFrame(() => number.classList.add("landed"));
  });
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
  setText(byId("demo-count"), sessions.length ? String(sessions.length) : "");
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

const SHOW = { today: showToday, now: showNow, demo: showDemo };
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
  events.addEventListener("ended", () => location.reload());
  for (const [name, show] of Object.entries(SHOW)) {
    events.addEventListener(name, (event) => show(JSON.parse(event.data)));
  }
}

listen();
