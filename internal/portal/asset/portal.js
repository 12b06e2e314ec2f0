// What the public pages do better with a script. Everything works without.
"use strict";
(() => {
  const $$ = (s, r = document) => [...r.querySelectorAll(s)];
  document.documentElement.classList.add("js");
  // choices take effect at once
  for (const s of $$("select[data-now]")) s.addEventListener("change", () => s.form.requestSubmit());
  for (const f of $$(".foot form")) f.querySelector("button").classList.add("vh");
  // addresses stay short: what is empty is not sent
  for (const f of $$("form:not([method])")) f.addEventListener("submit", () => {
    for (const e of f.elements) if (e.name && (e.value === "" || e.dataset.was === e.value)) { e.disabled = true; setTimeout(() => { e.disabled = false; }); }
  });
  // sliders: shares follow at once; the answer comes from this node
  for (const f of $$("form.sliders")) {
    const all = $$("input[type=range]", f), root = f.parentElement;
    let timer = 0, turn = 0;
    const share = () => {
      const sum = all.reduce((n, e) => n + +e.value, 0);
      for (const e of all) { const o = f.querySelector(`[data-share="${CSS.escape(e.name.slice(2))}"]`); if (o && sum) o.textContent = new Intl.NumberFormat(document.documentElement.lang + "-u-nu-latn", { style: "percent" }).format(e.value / sum); }
    };
    const ask = async () => {
      const mine = ++turn, q = new URLSearchParams(new FormData(f));
      q.set("unit", f.dataset.unit);
      try {
        const r = await fetch(f.dataset.live + "?" + q), j = await r.json();
        if (mine !== turn) return;
        for (const o of $$("[data-out]", root)) o.textContent = r.ok ? j[o.dataset.out] : o.dataset.out === "text" ? j.error : "–";
      } catch { /* the button still works */ }
    };
    f.addEventListener("input", () => { share(); if (f.dataset.unit) { clearTimeout(timer); timer = setTimeout(ask, 60); } });
  }
})();
