// The player: a map and a ladder of one run that follow a moment, for a notebook's widget and for a
// page of its own. It reads what Player.data says (player.py) and asks nobody for anything.

const SVG = "http://www.w3.org/2000/svg";
const STYLE = `
.pr-player{font:13px ui-sans-serif,system-ui,sans-serif;color:#1f2933;background:#fff;
  border:1px solid #cbd2d9;border-radius:8px;overflow:hidden;text-align:left}
.pr-player:focus-within{border-color:#0b4f9c}
.pr-bar{display:flex;gap:6px;align-items:center;padding:8px 10px;background:#f5f7fa;
  border-bottom:1px solid #cbd2d9;flex-wrap:wrap}
.pr-bar button,.pr-bar select{font:inherit;min-width:34px;padding:3px 8px;border:1px solid #9aa5b1;
  border-radius:5px;background:#fff;color:inherit;cursor:pointer}
.pr-bar button.pr-play{background:#0b4f9c;border-color:#0b4f9c;color:#fff;min-width:72px}
.pr-bar input[type=range]{flex:1;min-width:140px}
.pr-clock{font-family:ui-monospace,Menlo,monospace;min-width:150px;text-align:right}
.pr-both{display:flex;flex-wrap:wrap}
.pr-map{flex:1 1 380px;min-width:300px;max-height:520px}
.pr-ladder{flex:1 1 420px;height:520px;overflow:auto;border-left:1px solid #cbd2d9;
  position:relative;scroll-behavior:auto}
.pr-row{display:grid;grid-template-columns:86px 1fr auto;gap:8px;padding:2px 10px;cursor:pointer;
  border-left:3px solid transparent}
.pr-row:hover{background:#f5f7fa}
.pr-row.future{opacity:.28}
.pr-row.now{background:#e8f0fb;border-left-color:#0b4f9c}
.pr-row .t{font-family:ui-monospace,Menlo,monospace;font-size:11px;color:#7b8794;padding-top:2px}
.pr-row .who{font-weight:600}
.pr-row .w{font-family:ui-monospace,Menlo,monospace;font-size:12px;overflow-wrap:anywhere}
.pr-row .s{font-size:11px;color:#7b8794;white-space:nowrap}
.pr-row.good .w{color:#1a7f37}.pr-row.bad .w{color:#b42318}.pr-row.command .w{color:#0b4f9c}
.pr-row.why .w{font-family:inherit;font-style:italic;color:#52606d}
.pr-row.change .w{font-family:inherit;color:#8a4b08;font-weight:600}
.pr-now{padding:8px 10px;border-top:1px solid #cbd2d9;background:#f5f7fa;min-height:20px;
  overflow-wrap:anywhere}
.pr-map text{font:12px ui-sans-serif,system-ui,sans-serif;fill:#1f2933}
.pr-map .net{fill:#f5f7fa;stroke:#9aa5b1}.pr-map .link{stroke:#9aa5b1}
.pr-map .faint{fill:#7b8794;font-size:11px}.pr-map .name{font-weight:600}
.pr-map .host{fill:#52606d}.pr-map .host.busy{fill:#0b4f9c}
.pr-map .badge rect{fill:#fff8e6;stroke:#e5c07b}.pr-map .badge text{font-size:11px}
.pr-map .way{fill:none;stroke-width:2;stroke:#0b4f9c;stroke-dasharray:4 4;opacity:.6}
.pr-map .way.good{stroke:#1a7f37}.pr-map .way.bad{stroke:#b42318}
.pr-map .flight{fill:#0b4f9c;stroke:#fff}.pr-map .flight.good{fill:#1a7f37}
.pr-map .flight.bad{fill:#b42318}`;

function element(kind, attributes = {}, words = "", space = null) {
  const out = space ? document.createElementNS(space, kind) : document.createElement(kind);
  for (const [name, value] of Object.entries(attributes)) out.setAttribute(name, value);
  if (words) out.textContent = words;
  return out;
}
const shape = (kind, attributes, words) => element(kind, attributes, words, SVG);

// How long a step is shown at speed 1, in ms: silence is hurried through, by its logarithm.
function weight(gap_s) {
  return 350 + 300 * Math.log10(1 + gap_s * 1000);
}

// The last entry of [[t, value], …] at or before t; 0 when there is none.
function value_at(series, t) {
  let low = 0, high = series.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (series[middle][0] <= t) low = middle + 1; else high = middle;
  }
  return low === 0 ? 0 : series[low - 1][1];
}

function draw_map(data) {
  const map = shape("svg", {viewBox: `0 0 ${data.width} ${data.height}`, class: "pr-map", role: "img"});
  map.append(shape("title", {}, data.title));
  for (const one of data.links)
    map.append(shape("line", {x1: one.x1, y1: one.y1, x2: one.x2, y2: one.y2, class: "link"}),
               shape("text", {x: (one.x1 + one.x2) / 2, y: (one.y1 + one.y2) / 2 - 4, class: "faint",
                              "text-anchor": "middle"}, one.words));
  for (const one of data.networks)
    map.append(shape("rect", {x: one.x, y: one.y, width: one.width, height: one.height, rx: 6, class: "net"}),
               shape("text", {x: one.x + 10, y: one.y + 18, class: "name"}, one.name));
  const hosts = {};
  for (const one of data.hosts) {
    const dot = shape("circle", {cx: one.x, cy: one.y, r: 4, class: "host"});
    const badge = shape("g", {class: "badge", visibility: "hidden"});
    const words = shape("text", {x: one.right - 9, y: one.y + 4, "text-anchor": "end"});
    const box = shape("rect", {x: one.right - 60, y: one.y - 9, width: 60, height: 18, rx: 4});
    badge.append(box, words);
    map.append(dot, shape("text", {x: one.x + 9, y: one.y + 4}, one.name), badge);
    hosts[one.name] = {...one, dot, badge, words, box};
  }
  const way = shape("polyline", {class: "way", points: ""});
  const flight = shape("circle", {r: 6, class: "flight", visibility: "hidden"});
  map.append(way, flight);
  return {map, hosts, way, flight};
}

// A point so far along a way of straight pieces: share 0 … 1.
function along(points, share) {
  const lengths = points.slice(1).map((p, i) => Math.hypot(p[0] - points[i][0], p[1] - points[i][1]));
  let left = share * lengths.reduce((a, b) => a + b, 0);
  for (let i = 0; i < lengths.length; ++i) {
    if (left <= lengths[i] || i === lengths.length - 1) {
      const part = lengths[i] === 0 ? 0 : Math.min(1, left / lengths[i]);
      return [points[i][0] + part * (points[i + 1][0] - points[i][0]),
              points[i][1] + part * (points[i + 1][1] - points[i][1])];
    }
    left -= lengths[i];
  }
  return points[points.length - 1];
}

function clock(t) {
  const whole = Math.floor(t), hours = Math.floor(whole / 3600);
  const two = (n) => String(n).padStart(2, "0");
  const rest = (t - whole).toFixed(6).slice(1);
  return `${two(hours)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}${rest}`;
}

// Builds a player in `root`; `moved(seconds)` is told the moment. Gives what a page or a widget needs.
export function mount(root, data, moved = () => {}) {
  const steps = data.steps;  // [t, source, target or null, words, section, kind]
  const starts = [0];
  for (let i = 0; i < steps.length; ++i)
    starts.push(starts[i] + weight((i + 1 < steps.length ? steps[i + 1][0] : data.end) - steps[i][0]));
  const length = Math.max(starts[steps.length], 1);

  const box = element("div", {class: "pr-player", tabindex: "0", role: "group", "aria-label": data.title});
  const bar = element("div", {class: "pr-bar"});
  const button = (words, label, kind = "") => {
    const out = element("button", {type: "button", "aria-label": label, title: label, class: kind}, words);
    bar.append(out);
    return out;
  };
  const first = button("|◀", "To the start"), back = button("◀", "One step back");
  const toggle = button("▶ Play", "Play or pause", "pr-play"), next = button("▶|", "One step on");
  const scrub = element("input", {type: "range", min: 0, max: length, step: 1, value: 0, "aria-label": "Moment"});
  const speed = element("select", {"aria-label": "Speed"});
  for (const one of [0.25, 0.5, 1, 2, 4, 8])
    speed.append(element("option", one === 1 ? {value: one, selected: ""} : {value: one}, `${one}×`));
  const shown = element("span", {class: "pr-clock", "aria-live": "off"});
  bar.append(scrub, speed, shown);
  const {map, hosts, way, flight} = draw_map(data);
  const ladder = element("div", {class: "pr-ladder"});
  const told = element("div", {class: "pr-now", "aria-live": "polite"});
  const both = element("div", {class: "pr-both"});
  both.append(map, ladder);
  box.append(element("style", {}, STYLE), bar, both, told);
  root.replaceChildren(box);

  const rows = steps.map((step, i) => {
    const [t, source, target, words, section, kind] = step;
    const row = element("div", {class: `pr-row future ${kind}`});
    const middle = element("div");
    middle.append(element("span", {class: "who"}, target ? `${source} → ${target} ` : `${source} `),
                  element("span", {class: "w"}, words));
    row.append(element("span", {class: "t"}, t.toFixed(6)), middle, element("span", {class: "s"}, section));
    row.addEventListener("click", () => { pause(); go(starts[i]); });
    ladder.append(row);
    return row;
  });

  if (data.left_out)
    ladder.append(element("div", {class: "pr-row why"},
                          `… and ${data.left_out} steps more: choose a message or a conversation`));

  let at = 0, index = -1, playing = false, frame = 0, before = 0;

  const index_of = (place) => {
    let low = 0, high = steps.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= place) low = middle + 1; else high = middle;
    }
    return low - 1;
  };

  // The moment between two steps goes on with the share of the step's time that is over.
  const moment = () => {
    if (steps.length === 0) return data.end * at / length;
    const until = index + 1 < steps.length ? steps[index + 1][0] : data.end;
    const part = (at - starts[index]) / Math.max(1, starts[index + 1] - starts[index]);
    return steps[index][0] + Math.min(1, part) * (until - steps[index][0]);
  };

  function show() {
    const now = index_of(at);
    if (now !== index) {
      const [low, high] = [Math.min(now, index), Math.max(now, index)];
      for (let i = Math.max(0, low); i <= high && i < rows.length; ++i) {
        rows[i].classList.toggle("future", i > now);
        rows[i].classList.toggle("now", i === now);
      }
      index = now;
      if (index >= 0) {
        const row = rows[index];
        const middle = row.offsetTop - ladder.clientHeight / 2;
        ladder.scrollTop = Math.max(0, middle);
      }
    }
    const t = moment();
    shown.textContent = clock(t);
    scrub.value = at;
    for (const host of Object.values(hosts)) {
      const queued = value_at(data.queued[host.name] || [], t);
      const boxed = value_at(data.mailbox[host.name] || [], t);
      const words = [queued ? `${queued} queued` : "", boxed ? `${boxed} in box` : ""].filter(Boolean).join(", ");
      host.badge.setAttribute("visibility", words ? "visible" : "hidden");
      if (host.words.textContent !== words) {
        host.words.textContent = words;
        const wide = 10 + 6.2 * words.length;
        host.box.setAttribute("width", wide);
        host.box.setAttribute("x", host.right - wide - 4);
      }
      host.dot.classList.remove("busy");
    }
    const step = steps[index];
    const points = step && step[2] ? data.ways[`${step[1]}>${step[2]}`] : null;
    if (step) {
      for (const name of [step[1], step[2]]) if (name && hosts[name]) hosts[name].dot.classList.add("busy");
      told.textContent = (step[2] ? `${step[1]} → ${step[2]}: ` : `${step[1]}: `) + step[3] +
        (step[4] ? ` (${step[4]})` : "");
    }
    way.setAttribute("points", points ? points.map((p) => p.join(",")).join(" ") : "");
    way.setAttribute("class", `way ${step ? step[5] : ""}`);
    flight.setAttribute("visibility", points ? "visible" : "hidden");
    if (points) {
      const part = (at - starts[index]) / Math.max(1, starts[index + 1] - starts[index]);
      const [x, y] = along(points, Math.min(1, part * 1.4));
      flight.setAttribute("cx", x);
      flight.setAttribute("cy", y);
      flight.setAttribute("class", `flight ${step[5]}`);
    }
    return t;
  }

  let last_told = null;
  function go(place, tell = true) {
    at = Math.max(0, Math.min(length, place));
    const t = show();
    if (tell && t !== last_told) moved(last_told = t);
  }
  function tick(now) {
    if (!playing) return;
    // A frame may be dated before the click that asked for it.
    const passed = Math.max(0, Math.min(now - before, 200)) * Number(speed.value);
    before = now;
    at = Math.min(length, at + passed);
    show();
    if (at >= length) return pause();
    frame = requestAnimationFrame(tick);
  }
  function play() {
    if (playing) return;
    if (at >= length) at = 0;
    playing = true;
    toggle.textContent = "❚❚ Pause";
    before = performance.now();
    frame = requestAnimationFrame(tick);
  }
  function pause() {
    if (!playing) return;
    playing = false;
    cancelAnimationFrame(frame);
    toggle.textContent = "▶ Play";
    go(at);
  }
  const turn = () => (playing ? pause() : play());
  const step_by = (by) => {
    pause();
    const to = by > 0 ? index + 1 : at > starts[index] ? index : index - 1;
    if (to >= steps.length) return go(length);
    go(starts[Math.max(0, to)]);
  };
  toggle.addEventListener("click", turn);
  first.addEventListener("click", () => { pause(); go(0); });
  back.addEventListener("click", () => step_by(-1));
  next.addEventListener("click", () => step_by(1));
  scrub.addEventListener("input", () => { pause(); go(Number(scrub.value)); });
  box.addEventListener("keydown", (event) => {
    if (event.target.tagName === "SELECT" || event.target.tagName === "INPUT") return;
    const act = {" ": turn, ArrowRight: () => step_by(1), ArrowLeft: () => step_by(-1),
                 Home: () => { pause(); go(0); }, End: () => { pause(); go(length); }}[event.key];
    if (!act || (event.key === " " && event.target.tagName === "BUTTON")) return;
    event.preventDefault();
    event.stopPropagation();  // a notebook has keys of its own
    act();
  });
  go(0, false);

  return {
    // To a moment of simulated time, in seconds.
    seek(t) {
      if (t === last_told) return;
      let i = steps.length - 1;
      while (i > 0 && steps[i][0] > t) --i;
      if (i < 0) return go(length * t / Math.max(data.end, 1e-9), false);
      const until = i + 1 < steps.length ? steps[i + 1][0] : data.end;
      const part = until > steps[i][0] ? (t - steps[i][0]) / (until - steps[i][0]) : 0;
      pause();
      go(starts[i] + Math.max(0, Math.min(1, part)) * (starts[i + 1] - starts[i]), false);
    },
    destroy() { pause(); root.replaceChildren(); },
  };
}

export default {
  render({model, el}) {
    const player = mount(el, model.get("data"), (t) => {
      model.set("moment", t);
      model.save_changes();
    });
    const follow = () => player.seek(model.get("moment"));
    model.on("change:moment", follow);
    follow();
    return () => { model.off("change:moment", follow); player.destroy(); };
  },
};
