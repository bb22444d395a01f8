// Curves, drawn by ECharts where set-up could fetch it. The tables beside them say the same, so a
// curve is hidden from screen readers and nothing is lost without it.

const program = document.querySelector("meta[name=charts]")?.content;
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const schemes = matchMedia("(prefers-color-scheme: light)");

function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  return Object.fromEntries(["text", "quiet", "edge", "blue", "orange", "surface", "track"]
    .map((name) => [name, of(name)]));
}

// `make(colours)` gives ECharts' options. Drawn when it comes into view, redrawn with its room and
// with the light. Returns the chart's node, or nothing where there is no library. That is large, so
// it is fetched once the rest of the page can be read; where it cannot be, every .chart goes.
export function draw(make, { name, className = "curve chart", chosen } = {}) {
  if (!program) return [];
  const node = document.createElement("div");
  node.className = className;
  node.setAttribute("role", "img");
  node.setAttribute("aria-label", name);
  let chart;
  const paint = () => {
    const c = colours();
    chart.setOption({
      animation: !still,
      animationDuration: 500,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: c.quiet },
      tooltip: {
        renderMode: "richText", trigger: "axis", confine: true,
        backgroundColor: c.surface, borderColor: c.edge,
        textStyle: { color: c.text, fontSize: 14 },
        axisPointer: { lineStyle: { color: c.quiet } },
      },
      ...make(c),
    }, true);
  };
  const seen = new IntersectionObserver(async (entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    try {
      await import(program);
    } catch {
      for (const each of document.querySelectorAll(".chart")) each.remove();
      return;
    }
    chart = globalThis.echarts.init(node, null, { renderer: "canvas" });
    paint();
    if (chosen) chart.getZr().on("click", ({ offsetX }) =>
      chosen(Math.round(chart.convertFromPixel({ xAxisIndex: 0 }, offsetX))));
    new ResizeObserver(() => chart.resize()).observe(node);
    schemes.addEventListener("change", paint);
  }, { rootMargin: "800px" });
  seen.observe(node);
  return [node];
}

export const axis = (c) => ({
  axisLine: { lineStyle: { color: c.edge } },
  axisTick: { show: false },
  axisLabel: { color: c.quiet, fontSize: 13, hideOverlap: true },
  splitLine: { lineStyle: { color: c.edge, opacity: .6 } },
});
