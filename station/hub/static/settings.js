// Shows which settings were changed before they are sent; the form works without it.

const form = document.getElementById("settings");

function edited(row) {
  const path = row.dataset.path;
  const boxes = ["own:", "none:"].map((kind) => form.elements[kind + path]);
  if (boxes.some((box) => box?.checked)) return true;
  const input = form.elements[path];
  const was = form.elements[`was:${path}`].value;
  const now = input.type === "checkbox" ? (input.checked ? "on" : "off") : input.value.trim();
  return now !== was && !(was === "*" && now === "");
}

function look() {
  let count = 0;
  for (const row of form.querySelectorAll(".setting")) {
    const changed = edited(row);
    row.classList.toggle("edited", changed);
    count += changed;
    const own = form.elements[`own:${row.dataset.path}`];
    if (own) form.elements[row.dataset.path].disabled = own.checked;
  }
  const { none, one, many } = form.dataset;
  document.getElementById("changed").textContent =
    count === 0 ? none : count === 1 ? one : many.replace("{n}", count);
}

const whom = document.getElementById("whom");
whom.querySelector("button").hidden = true;
whom.querySelector("select").addEventListener("change", () => whom.requestSubmit());
if (form) {
  form.addEventListener("input", look);
  look();
}
document.getElementById("problems")?.focus();
