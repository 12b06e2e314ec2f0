"use strict";
// The page for doors. It reads what stands in this file and nothing else.
// Each scan is kept on this device before its answer is shown; the file of
// scans can be saved and taken to the desk any number of times.
(() => {
  const setup = JSON.parse(document.getElementById("setup").textContent);
  const words = setup.words;
  const at = (id) => document.getElementById(id);
  const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
  const maxText = 200, maxScans = 20000, signatureBytes = 64, sameCode = 3000, maxFile = 16 << 20, clockSlack = 60e3;
  const keyOf = (name) => "landbridge-door/" + setup.edition + "/" + name;

  const decode = (text) => {
    const out = [];
    if (text.length % 3 === 1) return null;
    for (let i = 0; i < text.length; i += 3) {
      const part = text.slice(i, i + 3);
      let n = 0, weight = 1;
      for (const c of part) {
        const v = letters.indexOf(c);
        if (v < 0) return null;
        n += v * weight;
        weight *= 45;
      }
      if (part.length === 3 && n <= 0xffff) out.push(n >> 8, n & 0xff);
      else if (part.length === 2 && n <= 0xff) out.push(n);
      else return null;
    }
    return new Uint8Array(out);
  };

  const parse = (text) => {
    if (!text.startsWith("LB1:") || text.length > maxText) return null;
    const raw = decode(text.slice(4));
    if (!raw || raw.length <= signatureBytes) return null;
    const payload = raw.slice(0, raw.length - signatureBytes);
    let i = 0;
    const byte = () => (i < payload.length ? payload[i++] : 0);
    const uvarint = () => {
      let n = 0, weight = 1, b;
      do {
        b = byte();
        n += (b & 0x7f) * weight;
        weight *= 128;
      } while (b & 0x80 && weight < 2 ** 35);
      return n;
    };
    const string = () => {
      const n = byte();
      i += n;
      return new TextDecoder("utf-8", { fatal: true }).decode(payload.slice(i - n, i));
    };
    try {
      const b = { version: byte(), edition: string(), number: uvarint(), category: byte(), until: uvarint() * 3600e3, name: string() };
      if (b.version !== 1 || i !== payload.length || b.number < 1) return null;
      return { ...b, payload, signature: raw.slice(raw.length - signatureBytes) };
    } catch {
      return null;
    }
  };

  const bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const signed = async (b) => {
    const domain = new TextEncoder().encode(setup.domain);
    const message = new Uint8Array(domain.length + b.payload.length);
    message.set(domain);
    message.set(b.payload, domain.length);
    for (const k of setup.keys) {
      const key = await crypto.subtle.importKey("raw", bytes(k), { name: "Ed25519" }, false, ["verify"]);
      if (await crypto.subtle.verify({ name: "Ed25519" }, key, b.signature, message)) return true;
    }
    return false;
  };

  const kept = (name) => JSON.parse(localStorage.getItem(keyOf(name)) || "[]");
  const scans = () => kept("scans"); // of this device
  const others = () => kept("others"); // of other doors, as they were read from their files
  const show = (kind, ...lines) => {
    at("answer").className = kind;
    at("answer").textContent = lines.join("\n");
    at("count").textContent = words.Count + " " + scans().length;
  };

  const check = async (text) => {
    const b = parse(text);
    if (!b) return show("bad", words.Invalid);
    let good;
    try {
      good = await signed(b);
    } catch {
      return show("bad", words.Unable); // never let in what could not be checked
    }
    const who = [b.name, setup.categories[b.category] || "", words.Number + " " + b.number];
    if (!good) return show("bad", words.Unsigned);
    if (b.edition !== setup.edition) return show("bad", words.Edition, ...who);
    if (Date.now() >= b.until) return show("bad", b.until < setup.ends ? words.Earlier : words.Expired, ...who);
    if (setup.revoked.includes(b.number)) return show("bad", words.Revoked, ...who);
    const door = at("door");
    if (!door.value || !door.checkValidity()) {
      door.focus();
      return show("bad", words.Door);
    }
    const all = scans();
    const again = all.some((s) => s[2] === b.number) || others().some((s) => s[2] === b.number);
    if (all.length >= maxScans) return show("bad", words.Full);
    const sequence = Number(localStorage.getItem(keyOf("sequence")) || "0") + 1;
    all.push([door.value, sequence, b.number, Date.now() * 1000]);
    try {
      localStorage.setItem(keyOf("sequence"), String(sequence));
      localStorage.setItem(keyOf("scans"), JSON.stringify(all));
    } catch {
      return show("bad", words.Full); // not kept, so not let in as if it were
    }
    const late = Date.now() < setup.made - clockSlack ? [words.Clock] : [];
    show(again || late.length ? "warn" : "good", again ? words.Again : words.Valid, ...who, ...late);
  };

  at("code").addEventListener("change", () => {
    const text = at("code").value.replace(/[\r\n\t]+$/, ""); // a space may be the last letter
    at("code").value = "";
    if (text) check(text);
  });

  at("save").addEventListener("click", () => {
    const text = "landbridge-scans/1 " + setup.edition + "\n" + [...scans(), ...others()].map((s) => s.join(" ") + "\n").join("");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    link.download = setup.edition + "-" + at("door").value + ".scans";
    link.click();
    URL.revokeObjectURL(link.href);
    show("", words.Kept);
  });

  // Scans of other doors, from the files they saved. A file is taken whole or
  // not at all, and a scan that is known already is the same scan.
  const read = (text) => {
    const lines = text.replace(/\r/g, "").split("\n");
    if (lines[lines.length - 1] === "") lines.pop();
    if (text.length > maxFile || lines.shift() !== "landbridge-scans/1 " + setup.edition) return null;
    const all = [];
    for (const line of lines) {
      const m = /^([a-z0-9]+(?:[._-][a-z0-9]+)*) ([1-9][0-9]{0,15}) ([1-9][0-9]{0,5}) ([1-9][0-9]{0,15})$/.exec(line);
      if (!m || m[1].length > 32) return null;
      all.push([m[1], Number(m[2]), Number(m[3]), Number(m[4])]);
    }
    return all;
  };
  at("load").addEventListener("change", async () => {
    const mine = new Set(scans().map((s) => s.join(" ")));
    const all = new Map(others().map((s) => [s.join(" "), s]));
    for (const file of at("load").files) {
      const found = file.size > maxFile ? null : read(await file.text());
      if (!found) {
        at("load").value = "";
        return show("bad", words.Foreign, file.name);
      }
      for (const s of found) if (!mine.has(s.join(" "))) all.set(s.join(" "), s);
    }
    at("load").value = "";
    if (all.size > maxScans) return show("bad", words.Full);
    try {
      localStorage.setItem(keyOf("others"), JSON.stringify([...all.values()]));
    } catch {
      return show("bad", words.Full);
    }
    show("", words.Loaded);
  });

  // The camera is an extra: where the browser reads codes itself.
  if ("BarcodeDetector" in self && navigator.mediaDevices) {
    const eye = at("eye"), button = at("camera");
    let stream = null, last = "", when = 0;
    const look = async (detector) => {
      if (!stream) return;
      for (const found of await detector.detect(eye).catch(() => [])) {
        if (found.rawValue === last && Date.now() - when < sameCode) continue;
        last = found.rawValue;
        when = Date.now();
        await check(last);
      }
      setTimeout(() => look(detector), 200);
    };
    button.hidden = false;
    button.addEventListener("click", async () => {
      if (stream) {
        stream.getTracks().forEach((t) => t.stop());
        stream = null;
      } else {
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }).catch(() => null);
      }
      eye.hidden = !stream;
      button.textContent = stream ? words.Stop : words.Camera;
      if (!stream) return;
      eye.srcObject = stream;
      await eye.play();
      look(new BarcodeDetector({ formats: ["qr_code"] }));
    });
  }
  if (!self.crypto || !crypto.subtle) show("bad", words.Unable);
  else if (Date.now() < setup.made - clockSlack) show("warn", words.Clock);
  else show("", "");
})();
