// What the pages' scripts share. Every word comes from the server, in #texts.

const SVG = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);
const given = (id) => JSON.parse(byId(id)?.textContent ?? "null");
export const texts = given("texts") ?? {};
export const figures = given("figures");
export const language = document.documentElement.lang;
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
export const number = (digits = 0) =>
  new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format;
const share = new Intl.NumberFormat(language, { style: "percent" });
export const percent = (n) => share.format(n / 100);
export const when = (options) => new Intl.DateTimeFormat(language, options);

// Dates of the data are days, nobody's moment: no time zone may move them.
const day = when({ day: "numeric", month: "short", timeZone: "UTC" });
const dayOfYear = when({ day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const DAY_MS = 24 * 3600 * 1000;
export const shortDate = (iso) => day.format(new Date(`${iso}T00:00Z`));
export const span = ({ from, until }) =>
  dayOfYear.formatRange(new Date(`${from}T00:00Z`), new Date(Date.parse(`${until}T00:00Z`) - DAY_MS));

const MONDAY = Date.UTC(2024, 0, 1);
export const dayName = (index, style = "long") =>
  when({ weekday: style, timeZone: "UTC" }).format(new Date(MONDAY + index * DAY_MS));
export const hourName = (hour) => `${String(hour).padStart(2, "0")}:00`;

export function el(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

export function icon(level) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon ${level}`);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${level}`);
  svg.append(use);
  return svg;
}

export function bar(share, className) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `bar ${className}`);
  svg.setAttribute("aria-hidden", "true");
  for (const [part, width] of [["track", 100], ["value", Math.min(100, share)]]) {
    const rect = document.createElementNS(SVG, "rect");
    rect.setAttribute("class", part);
    rect.setAttribute("width", `${width}%`);
    rect.setAttribute("height", "100%");
    rect.setAttribute("rx", "4");
    svg.append(rect);
  }
  return svg;
}

export function barRow(label, width, value, className) {
  return el("li", "bar-row",
    el("span", "label", label), el("span", "value", value), bar(width, className));
}

export function cell(tag, content, { className = "", scope, label } = {}) {
  const node = el(tag, className, content);
  if (scope) node.scope = scope;
  if (label) node.dataset.label = label;
  return node;
}

export function table(caption, columns, rows) {
  const head = el("tr", "", ...columns.map((name, i) =>
    cell("th", name, { scope: "col", className: i ? "numeric" : "" })));
  const body = rows.map((row) => el("tr", "", ...row.map((content, i) => (i
    ? cell("td", content, { className: "numeric", label: columns[i] })
    : cell("th", content, { scope: "row" })))));
  return el("table", "figures",
    el("caption", "visually-hidden", caption), el("thead", "", head), el("tbody", "", ...body));
}

export function details(summary, ...content) {
  return el("details", "text", el("summary", "", summary), ...content);
}

// Its content is made when it is first opened: a page full of tables is there sooner.
export function detailsLater(summary, make) {
  const node = details(summary);
  node.addEventListener("toggle", () => node.append(make()), { once: true });
  return node;
}
