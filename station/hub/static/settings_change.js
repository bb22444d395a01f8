// Asks what became of the change until every station has answered; the table is there without it.

const SOON_MS = 700;
const LATER_MS = 5000;
const change = document.getElementById("change");
const summary = document.getElementById("summary");

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function show({ summary: sentence, stations }) {
  setText(summary, sentence);
  for (const { id, level, word, sentence: told } of stations) {
    const row = document.querySelector(`tr[data-station="${id}"]`);
    const badge = row.querySelector(".word");
    badge.className = `word ${level}`;
    setText(badge, word);
    setText(row.querySelector(".sentence"), told);
  }
}

async function ask() {
  let next = LATER_MS;
  try {
    const answer = await fetch(`/settings/change.json?id=${encodeURIComponent(change.dataset.id)}`);
    if (!answer.ok) throw new Error(String(answer.status));
    const told = await answer.json();
    show(told);
    if (!told.settled) next = SOON_MS;
  } catch {
    setText(summary, change.dataset.away);
  }
  setTimeout(ask, next);
}

ask();
