"use strict";
// Sets the formulas, opens what a link leads to, and unfolds what matters before printing.
(() => {
  const options = {
    trust: false, maxExpand: 300, maxSize: 20, throwOnError: false, errorColor: "#010203", strict: "ignore",
    output: "htmlAndMathml",
  };
  const waiting = [...document.querySelectorAll(".tex")];

  function set(element) {
    const source = element.textContent;
    try {
      katex.render(source, element, { ...options, displayMode: element.classList.contains("large") });
      if (!element.querySelector('.katex-error, [mathcolor="#010203"]')) return;
    } catch (error) { /* shown as its source below */ }
    element.textContent = source;
    element.classList.add("source");
  }

  function setSome(until) {
    while (waiting.length && performance.now() < until) set(waiting.shift());
    if (waiting.length) setTimeout(() => setSome(performance.now() + 50), 0);
    else show();
  }

  function show() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let each = target; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
    target.scrollIntoView();
  }

  let opened = [];
  addEventListener("beforeprint", () => {
    setSome(Infinity);
    opened = [...document.querySelectorAll("details.finding:not([open]):not(.right):not(.definition)")];
    for (const each of opened) each.open = true;
  });
  addEventListener("afterprint", () => { for (const each of opened) each.open = false; });
  addEventListener("hashchange", show);
  setSome(performance.now() + 200);
})();
