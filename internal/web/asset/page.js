// What a page does better with a script. Everything but passkeys works without.
"use strict";
(() => {
  const $ = (s, r = document) => r.querySelector(s), $$ = (s, r = document) => [...r.querySelectorAll(s)];
  const root = document.documentElement, body = document.body;

  // --- passkeys: the browser asks the key, this node checks the answer
  const b64 = {
    to: b => btoa(String.fromCharCode(...new Uint8Array(b))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""),
    from: s => Uint8Array.from(atob(s.replaceAll("-", "+").replaceAll("_", "/")), c => c.charCodeAt(0)),
  };
  const plain = c => {
    if (c.toJSON) try { return c.toJSON(); } catch { /* some password managers have a broken one */ }
    const r = c.response, o = { clientDataJSON: b64.to(r.clientDataJSON) };
    for (const k of ["attestationObject", "authenticatorData", "signature", "userHandle"]) if (r[k]) o[k] = b64.to(r[k]);
    if (r.getTransports) o.transports = r.getTransports();
    return { id: c.id, rawId: b64.to(c.rawId), type: c.type, response: o, clientExtensionResults: c.getClientExtensionResults() };
  };
  const open = o => {
    o = structuredClone(o.publicKey);
    o.challenge = b64.from(o.challenge);
    if (o.user) o.user.id = b64.from(o.user.id);
    for (const list of ["allowCredentials", "excludeCredentials"]) for (const c of o[list] || []) c.id = b64.from(c.id);
    return o;
  };
  const post = async (url, data) => {
    const r = await fetch(url, { method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json" }, body: JSON.stringify(data || {}) });
    const j = await r.json();
    if (!r.ok) throw new Error(j.error);
    return j;
  };
  const touch = async (ask, create) => {
    const c = await post(ask);
    const key = create ? await navigator.credentials.create({ publicKey: open(c.options) }) : await navigator.credentials.get({ publicKey: open(c.options) });
    return { name: c.name, answer: plain(key) };
  };
  for (const form of $$("form[data-passkey]")) {
    const say = $("[role=alert]", form), button = $("button[type=submit]", form);
    if (!window.PublicKeyCredential) { say.textContent = form.dataset.none; button.disabled = true; continue; }
    form.addEventListener("submit", async e => {
      e.preventDefault();
      say.textContent = ""; button.disabled = true;
      try {
        const kind = form.dataset.passkey, got = await touch(form.dataset.ask, kind === "create");
        if (kind === "sign") { form.elements.assertion.value = JSON.stringify(got.answer); HTMLFormElement.prototype.submit.call(form); return; }
        const done = await post(form.action, { ...got, label: form.elements.label?.value, next: form.elements.next?.value });
        location.assign(done.next);
      } catch (err) {
        say.textContent = err instanceof DOMException ? form.dataset.cancelled || err.message : err.message;
        button.disabled = false;
      }
    });
  }

  // --- live: told that something changed, the page asks for itself again
  const dirty = () => $$("form[data-keep]").some(f => f.dataset.dirty) || (document.activeElement && /INPUT|TEXTAREA|SELECT/.test(document.activeElement.tagName));
  // what is open stays open, and the keyboard stays where it was
  const fold = (d, i) => d.id || i + d.querySelector("summary").textContent;
  const same = e => [e.tagName, e.value, e.textContent, e.form ? $$("input", e.form).map(x => x.value) : e.href].join("\n");
  let waiting = 0;
  const refresh = async () => {
    waiting = 0;
    if (document.hidden || dirty()) { again(4000); return; }
    const r = await fetch(location.href, { headers: { "X-Refresh": "1" } });
    if (!r.ok || r.redirected) return;
    const next = new DOMParser().parseFromString(await r.text(), "text/html");
    for (const old of $$("[data-live]")) {
      const now = next.getElementById(old.id);
      if (!now || now.innerHTML === old.innerHTML) continue;
      const open = new Set($$("details", old).map((d, i) => d.open ? fold(d, i) : ""));
      const held = old.contains(document.activeElement) && same(document.activeElement);
      old.replaceChildren(...now.childNodes);
      $$("details", old).forEach((d, i) => { if (open.has(fold(d, i))) d.open = true; });
      if (held) $$("a,button,summary", old).find(e => same(e) === held)?.focus({ preventScroll: true });
      old.classList.remove("fresh"); void old.offsetWidth; old.classList.add("fresh");
    }
  };
  const again = ms => { if (!waiting) waiting = setTimeout(refresh, ms); };
  if (body.dataset.follow !== undefined && window.EventSource) {
    const stream = new EventSource("/live"), mine = body.dataset.follow;
    stream.addEventListener("changed", e => { if (!mine || !e.data || e.data === mine) again(250); });
    addEventListener("pagehide", () => stream.close());
  }

  // --- a speaker's clock runs on; without a script a reload shows it
  setInterval(() => {
    for (const t of $$("time[data-until]")) {
      const s = Math.round((new Date(t.dataset.until) - Date.now()) / 1000), n = Math.abs(s);
      t.textContent = (s < 0 ? "−" : "") + Math.floor(n / 60) + ":" + String(n % 60).padStart(2, "0");
      t.closest(".timer").classList.toggle("red", s < 0);
    }
  }, 1000);

  // --- drafts save themselves
  for (const form of $$("form[data-autosave]")) {
    let timer = 0, busy = false;
    const saved = $("[data-saved]");
    const save = async () => {
      if (busy) { timer = setTimeout(save, 800); return; }
      busy = true;
      const data = new FormData(form);
      for (const [k, v] of [...data]) if (v instanceof File) data.delete(k);
      data.set("do", "autosave");
      try {
        const r = await fetch(form.action, { method: "POST", headers: { Accept: "application/json" }, body: data });
        const j = await r.json();
        if (!r.ok) { saved.textContent = j.error; saved.classList.add("problem"); return; }
        form.elements.version.value = j.version;
        saved.textContent = j.text; saved.classList.remove("problem");
        const n = $("[data-missing]"); if (n) n.textContent = j.missing;
        delete form.dataset.dirty;
      } catch { saved.textContent = form.dataset.offline; } finally { busy = false; }
    };
    form.addEventListener("input", e => {
      form.dataset.dirty = "1";
      if (e.target.type === "file") return;
      clearTimeout(timer); timer = setTimeout(save, 1500);
    });
    form.addEventListener("submit", () => { clearTimeout(timer); delete form.dataset.dirty; });
    addEventListener("beforeunload", e => { if (form.dataset.dirty) e.preventDefault(); });
    // fields that are asked only when another one says so
    const show = () => {
      for (const f of $$("[data-when]", form)) f.hidden = !f.dataset.when.split(";").every(c => {
        const [name, values] = c.split("="), got = new FormData(form).getAll("f." + name).filter(Boolean);
        return values.split("|").some(v => v === "unset" ? !got.length : got.includes(v));
      });
    };
    form.addEventListener("change", show); show();
    // files show how far they are
    const bar = $("progress[data-upload]", form);
    form.addEventListener("submit", e => {
      const file = $("input[type=file]", form);
      if (!file || !file.files.length || !e.submitter) return;
      e.preventDefault();
      const data = new FormData(form, e.submitter), x = new XMLHttpRequest();
      bar.hidden = false;
      x.upload.addEventListener("progress", p => { bar.max = p.total; bar.value = p.loaded; });
      x.addEventListener("load", () => {
        if (x.status >= 400) { bar.hidden = true; saved.textContent = JSON.parse(x.responseText).error; saved.classList.add("problem"); return; }
        const to = new URL(x.responseURL);
        if (to.pathname === location.pathname && !to.search) { location.hash = "files"; location.reload(); } else location.assign(to);
      });
      x.addEventListener("error", () => { bar.hidden = true; saved.textContent = form.dataset.offline; });
      x.open("POST", form.action); x.setRequestHeader("Accept", "application/json"); x.send(data);
    });
  }

  // --- a search that answers while it is typed; the form works without
  for (const form of $$("form[data-search]")) {
    let timer = 0, turn = 0;
    const ask = async () => {
      const name = form.elements.name.value.trim(), into = $(form.dataset.search), mine = ++turn;
      if (name.length < 3 || !form.elements.purpose.value) return;
      const r = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      const now = new DOMParser().parseFromString(await r.text(), "text/html").getElementById(into.id);
      if (now && mine === turn) into.replaceChildren(...now.childNodes);
    };
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 450); });
    form.addEventListener("submit", e => { if (form.checkValidity()) { e.preventDefault(); clearTimeout(timer); ask(); } });
  }

  // --- keys: / searches, g then a letter goes to a page
  let last = "";
  addEventListener("keydown", e => {
    if (e.ctrlKey || e.metaKey || e.altKey || /INPUT|TEXTAREA|SELECT/.test(e.target.tagName)) { if (e.key === "Escape") e.target.blur?.(); return; }
    if (e.key === "/") { const s = $("input[type=search]"); if (s) { e.preventDefault(); s.focus(); s.select(); } return; }
    if (last === "g") { const to = { d: "/", c: "/cases", a: "/approvals", n: "/network", l: "/record", p: "/parties" }[e.key]; if (to) location.assign(to); }
    last = e.key;
  });

  // --- the reader's own time beside UTC; choices take effect at once
  const clock = $("[data-clock]");
  if (clock) {
    const tick = () => {
      const d = new Date(), two = n => String(n).padStart(2, "0");
      clock.textContent = `${two(d.getUTCHours())}:${two(d.getUTCMinutes())} UTC` + (d.getTimezoneOffset() ? ` · ${two(d.getHours())}:${two(d.getMinutes())} ${clock.dataset.clock}` : "");
    };
    tick(); setInterval(tick, 10000);
  }
  for (const s of $$("select[data-now]")) { s.addEventListener("change", () => s.form.requestSubmit()); $("button", s.form)?.classList.add("vh"); }
  for (const b of $$("button[data-print]")) { b.hidden = false; b.addEventListener("click", () => print()); }
  root.classList.add("js");
})();
