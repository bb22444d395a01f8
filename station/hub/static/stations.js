// Stations compared in one period, and how each has been for the last seven days.

import { axis, draw } from "./charts.js";
import {
  bar, byId, cell, detailsLater, el, figures, fill, language, number, percent, span, table, texts, when,
} from "./common.js";

const count = number();
const named = (id) => figures.labels[id] ?? id;
const together = new Intl.ListFormat(language);
const HOUR_MS = 3600 * 1000;
const WEEK_MS = 7 * 24 * HOUR_MS;
const day = when({ weekday: "short", day: "numeric", month: "short" });
const weekday = when({ weekday: "short" });
const hour = when({ weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

function compared({ groups }) {
  const most = Math.max(1, ...groups.map((group) => group.sessions));
  const columns = [texts.station, texts.sessions, texts.clean];
  const head = el("tr", "", ...columns.map((name) => cell("th", name, { scope: "col" })));
  const measured = (label, text, share, className) => {
    const node = cell("td", el("span", "value", text), { label });
    node.className = "measured";
    if (share !== null) node.append(bar(share, className));
    return node;
  };
  const rows = groups.map(({ stations, sessions, clean_percent: clean }) => el("tr", "",
    cell("th", together.format(stations.map(named)), { scope: "row" }),
    measured(texts.sessions, fill(texts.about, { n: count(sessions) }), 100 * sessions / most, "plain"),
    measured(texts.clean, clean === null ? texts.hidden : percent(clean), clean, "right")));
  byId("compared").replaceChildren(el("table", "compared",
    el("caption", "visually-hidden", texts.compared), el("thead", "", head), el("tbody", "", ...rows)));
  byId("together").hidden = !groups.some((group) => group.stations.length > 1);
}

// A station that was silent for an hour leaves a gap, not a straight line.
function gapped(hours) {
  const points = [];
  hours.forEach((each, i) => {
    const before = hours[i - 1];
    if (before && Date.parse(each.hour) - Date.parse(before.hour) > HOUR_MS) {
      points.push({ hour: new Date(Date.parse(before.hour) + HOUR_MS).toISOString() });
    }
    points.push(each);
  });
  return points;
}

const MEASURES = [
  { key: "fps", title: texts.fps, floor: 0 },
  { key: "temperature_c", title: texts.temperature, unit: "\u00a0°C", floor: 20, warn: 80 },
  { key: "outbox_depth", title: texts.outbox, floor: 0 },
];

function curve(hours, end, { key, title, unit = "", floor, warn }) {
  const points = gapped(hours);
  const values = points.map((p) => p[key]).filter((v) => v !== null && v !== undefined);
  if (!values.length) return [];
  const slowed = key === "temperature_c" ? points.filter((p) => p.throttled) : [];
  const top = Math.max(...values);
  const options = (c) => ({
    grid: { left: 38, right: 8, top: 10, bottom: 24 },
    xAxis: { type: "time", min: end - WEEK_MS, max: end, minInterval: 24 * HOUR_MS, ...axis(c),
      splitLine: { show: false },
      axisLabel: { ...axis(c).axisLabel, formatter: (t) => weekday.format(t) } },
    yAxis: { type: "value", min: floor, ...(top <= floor ? { max: floor + 5 } : {}), splitNumber: 2,
      minInterval: 1, ...axis(c) },
    series: [{
      type: "line", name: title, symbol: "circle", symbolSize: 5, showSymbol: values.length < 3, step: key === "outbox_depth" ? "end" : false,
      data: points.map((p) => [p.hour, p[key] ?? null]),
      lineStyle: { width: 2, color: c.blue }, itemStyle: { color: c.blue },
      areaStyle: { color: c.blue, opacity: .1 },
      tooltip: { valueFormatter: (v) => (v === null || v === undefined ? "–" : `${number(1)(v)}${unit}`) },
      markLine: warn && top >= warn - 10 ? { silent: true, symbol: "none", label: { show: false },
        lineStyle: { color: c.orange, type: "dashed" }, data: [{ yAxis: warn }] } : undefined,
      markArea: slowed.length ? { silent: true, itemStyle: { color: c.orange, opacity: .3 },
        data: slowed.map((p) => [{ xAxis: p.hour },
          { xAxis: new Date(Date.parse(p.hour) + HOUR_MS).toISOString() }]) } : undefined,
    }],
    tooltip: { renderMode: "richText", trigger: "axis", confine: true, backgroundColor: c.surface,
      borderColor: c.edge, textStyle: { color: c.text, fontSize: 13 },
      formatter: ([p]) => `${hour.format(p.value[0])}\n${p.value[1] === null ? "–" : `${number(1)(p.value[1])}${unit}`}` },
  });
  return draw(options, { name: title, className: "spark" });
}

function latest(hours) {
  const last = hours.at(-1);
  const parts = [
    last.fps === null ? null : fill(texts.latest_fps, { n: count(last.fps) }),
    last.temperature_c === null ? null : fill(texts.latest_temperature, { n: count(last.temperature_c) }),
    last.outbox_depth ? fill(texts.latest_outbox, { n: count(last.outbox_depth) }) : null,
  ].filter(Boolean);
  return parts.length ? fill(texts.latest, { parts: parts.join(", ") }) : "";
}

function byDay(hours) {
  const days = new Map();
  for (const each of hours) {
    const name = day.format(new Date(each.hour));
    if (!days.has(name)) days.set(name, []);
    days.get(name).push(each);
  }
  const extreme = (list, key, pick, unit) => {
    const values = list.map((h) => h[key]).filter((v) => v !== null);
    return values.length ? `${count(pick(...values))}${unit}` : "–";
  };
  return [...days].reverse().map(([name, list]) => [name,
    extreme(list, "fps", Math.min, ""), extreme(list, "temperature_c", Math.max, "\u00a0°C"),
    extreme(list, "outbox_depth", Math.max, ""), count(list.filter((h) => h.throttled).length)]);
}

function health(station, hours, end) {
  const slowed = hours.filter((h) => h.throttled).length;
  const columns = [texts.day, `${texts.fps} (${texts.lowest})`, `${texts.temperature} (${texts.highest})`,
    `${texts.outbox} (${texts.highest})`, texts.slowed];
  const name = fill(texts.history, { station: named(station) });
  return el("section", "panel health", el("h3", "", named(station)), el("p", "note", latest(hours)),
    el("p", slowed ? "slowed" : "note",
      slowed ? fill(texts.was_slowed, { n: count(slowed) }) : texts.never_slowed),
    el("div", "sparks", ...MEASURES.flatMap((measure) => {
      const drawn = curve(hours, end, measure);
      return drawn.length ? [el("div", "chart", el("p", "spark-title", measure.title), ...drawn)] : [];
    })),
    detailsLater(texts.as_table, () => table(name, columns, byDay(hours))));
}

function start() {
  const { periods } = figures;
  const list = byId("period");
  if (list) {
    periods.forEach((period, index) => {
      const option = el("option", "", span(period));
      option.value = String(index);
      list.prepend(option);
    });
    list.value = String(periods.length - 1);
    list.addEventListener("change", () => compared(periods[Number(list.value)]));
    compared(periods.at(-1));
  }
  if (!byId("health")) return;
  const stations = Object.entries(figures.health).filter(([, hours]) => hours.length);
  const end = Math.max(...stations.map(([, hours]) => Date.parse(hours.at(-1).hour))) + HOUR_MS;
  byId("health").replaceChildren(...(stations.length
    ? stations.map(([station, hours]) => health(station, hours, end))
    : [el("p", "empty", texts.no_health)]));
}

start();
