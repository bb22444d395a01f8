// One period at a time, the latest first; the curve shows them all.

import { axis, draw } from "./charts.js";
import {
  barRow, byId, details, el, figures, fill, number, percent, shortDate, span, table, texts,
} from "./common.js";

const MOST = 5;
const count = number();
const { periods } = figures;

// Blue is right, orange is what to change; what cannot be told, or holds both, is neither.
function paint(names) {
  if (names.every((name) => name === "hinge")) return "right";
  return names.some((name) => name === "squat" || name === "stoop") && !names.includes("hinge")
    ? "change" : "plain";
}

function showPatterns(groups) {
  const all = groups.reduce((sum, group) => sum + group.sessions, 0);
  byId("patterns").replaceChildren(...groups.map((group) => barRow(group.label,
    100 * group.sessions / (all || 1), fill(texts.about, { n: count(group.sessions) }),
    paint(group.names))));
  byId("together").hidden = !groups.some((group) => group.names.length > 1);
}

function showFaults({ faults, sessions }) {
  const shown = faults.filter((fault) => fault.sessions !== null)
    .sort((a, b) => b.sessions - a.sessions);
  const hidden = faults.filter((fault) => fault.sessions === null).map((fault) => fault.label);
  const rows = shown.map((fault) => barRow(fault.label, 100 * fault.sessions / (sessions || 1),
    fill(texts.about, { n: count(fault.sessions) }), "change"));
  byId("faults").replaceChildren(...(rows.length
    ? rows.slice(0, MOST) : [el("li", "empty", texts.faults_none)]));
  const rest = rows.slice(MOST);
  byId("faults-more").replaceChildren(...(rest.length
    ? [details(fill(texts.faults_more, { n: count(rest.length) }), el("ul", "bars", ...rest))] : []));
  byId("faults-hidden").replaceChildren(...(hidden.length
    ? [details(fill(texts.faults_hidden, { n: count(hidden.length) }),
      el("p", "note", fill(texts.faults_why, { names: hidden.join(", ") })))]
    : []));
}

function change(now, before) {
  if (now === null || before === undefined || before === null) return "";
  if (now === before) return texts.same;
  return fill(now > before ? texts.better : texts.worse, { n: Math.abs(now - before) });
}

function showClean({ clean_percent: clean }, before) {
  byId("clean").textContent = clean === null ? "–" : percent(clean);
  byId("change").textContent = clean === null
    ? texts.clean_hidden : change(clean, before?.clean_percent);
}

function finding({ first_percent: first, second_percent: second }) {
  if (first === second) return texts.halves_same;
  return second > first ? texts.halves_better : texts.halves_worse;
}

function showHalves(halves) {
  byId("halves").replaceChildren(...(halves === null
    ? [el("p", "empty", texts.clean_hidden)]
    : [el("p", "finding", finding(halves)), el("ul", "bars",
      barRow(texts.first_half, halves.first_percent, percent(halves.first_percent), "right"),
      barRow(texts.second_half, halves.second_percent, percent(halves.second_percent), "right"))]));
}

function show(index) {
  const period = periods[index];
  byId("from").textContent = fill(period.weeks === 1 ? texts.from_one_week : texts.from,
    { n: count(period.sessions), weeks: period.weeks });
  showClean(period, periods[index - 1]);
  showHalves(period.halves);
  showPatterns(period.patterns);
  showFaults(period);
}

function trend(choose) {
  const options = (c) => ({
    grid: { left: 46, right: 16, top: 14, bottom: 28 },
    xAxis: { type: "category", boundaryGap: false, data: periods.map((p) => shortDate(p.from)),
      ...axis(c), splitLine: { show: false } },
    yAxis: { type: "value", min: 0, max: 100, interval: 25, ...axis(c),
      axisLabel: { color: c.quiet, fontSize: 13, formatter: percent } },
    series: [{
      type: "line", name: texts.clean, data: periods.map((p) => p.clean_percent),
      symbol: "circle", symbolSize: 7, lineStyle: { width: 3, color: c.blue },
      itemStyle: { color: c.blue }, areaStyle: { color: c.blue, opacity: .12 },
      tooltip: { valueFormatter: (v) => (v === null || v === undefined ? texts.hidden : percent(v)) },
    }],
  });
  const rows = periods.map((p) => [span(p), fill(texts.about, { n: count(p.sessions) }),
    p.clean_percent === null ? texts.hidden : percent(p.clean_percent)]).reverse();
  byId("trend").replaceChildren(
    ...(periods.length > 1 ? draw(options, { name: texts.trend, chosen: choose }) : []),
    details(texts.as_table, table(texts.trend, [texts.period, texts.sessions, texts.clean], rows)));
}

function start() {
  const list = byId("period");
  periods.forEach((period, index) => {
    const option = el("option", "", span(period));
    option.value = String(index);
    list.prepend(option);
  });
  list.value = String(periods.length - 1);
  list.addEventListener("change", () => show(Number(list.value)));
  show(periods.length - 1);
  trend((index) => {
    if (!periods[index]) return;
    list.value = String(index);
    show(index);
  });
}

if (periods.length) start();
