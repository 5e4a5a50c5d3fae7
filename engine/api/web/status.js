"use strict";
const at = id => document.getElementById(id);
const ready = at("ready"), counts = at("counts"), key = at("key"), fault = at("fault");
key.value = sessionStorage.getItem("key") || "";

function say(text, good) {
  ready.textContent = text;
  ready.className = good ? "good" : "bad";
}

async function ask() {
  try {
    const r = await fetch("/readyz"), b = await r.json();
    say(r.ok ? "ready" : b.detail, r.ok);
  } catch { say("not reachable", false); }
}

function table(heads, rows) {
  const t = document.createElement("table"), head = t.createTHead().insertRow(), body = t.createTBody();
  for (const h of heads) head.append(Object.assign(document.createElement("th"), { textContent: h, scope: "col" }));
  for (const cells of rows) {
    const row = body.insertRow();
    for (const c of cells) Object.assign(row.insertCell(), { textContent: c, className: typeof c === "number" ? "n" : "" });
  }
  if (!rows.length) Object.assign(body.insertRow().insertCell(), { textContent: "none", className: "none", colSpan: heads.length });
  return t;
}

function draw(c) {
  const runs = Object.entries(c.runs);
  const tasks = Object.entries(c.tasks).map(([queue, n]) => [queue, n.open || 0, n.claimed || 0]);
  counts.replaceChildren(table(["Runs", "Number"], runs), table(["Tasks in queue", "Open", "Claimed"], tasks));
}

async function show() {
  if (!key.value) return;
  try {
    const r = await fetch("/v1/status", { headers: { Authorization: "Bearer " + key.value } }), b = await r.json();
    fault.textContent = r.ok ? "" : b.detail;
    if (!r.ok) return counts.replaceChildren();
    sessionStorage.setItem("key", key.value);
    draw(b.counts);
  } catch { fault.textContent = "not reachable"; }
}

at("form").addEventListener("submit", e => { e.preventDefault(); show(); });
ask(); show();
setInterval(ask, 2000); setInterval(() => sessionStorage.getItem("key") && show(), 5000);
