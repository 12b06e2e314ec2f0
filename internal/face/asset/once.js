// A form is sent once, also by an impatient finger; going back makes it new.
// Without script a page is as it was.
(() => {
  "use strict";
  const pause = 3000; // milliseconds after which no answer means that it may be tried again
  addEventListener("submit", e => {
    const form = e.target;
    if (e.defaultPrevented || form.getAttribute("method") !== "post") return;
    if (form.dataset.sent) { e.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, pause);
  });
  addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });
})();
