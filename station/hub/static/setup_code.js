// Counts a join code's time down and says when it was used; the page says so without it, too.

const EVERY_MS = 1000;
const join = document.getElementById("join");
const summary = document.getElementById("summary");
let announced = "";

async function ask() {
  try {
    const answer = await fetch(`/setup/code.json?t=${encodeURIComponent(join.dataset.t)}`);
    if (answer.status === 404) return;
    const { state, sentence } = await answer.json();
    join.dataset.state = state;
    // A screen reader is not told every second that another second has passed.
    summary.setAttribute("aria-live", state === announced ? "off" : "polite");
    announced = state;
    summary.textContent = sentence;
    if (state !== "waiting") return;
  } catch {
    // The hub is away for a moment: asked again.
  }
  setTimeout(ask, EVERY_MS);
}

ask();
