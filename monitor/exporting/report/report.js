"use strict";
for (const streams of document.querySelectorAll(".streams")) {
  const body = streams.querySelector("tbody");
  const rows = [...body.rows];
  const heads = [...streams.querySelectorAll("th")];
  const search = streams.querySelector("input");
  const found = streams.querySelector("output");

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    found.value = `${shown} of ${rows.length} rows`;
  };
  search.addEventListener("input", filter);
  filter();

  heads.forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => {
      const turns = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      heads.forEach((one) => one.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", turns === 1 ? "ascending" : "descending");
      const key = (row) => row.cells[column].dataset.sort;
      const text = (row) => row.cells[column].textContent;
      rows.sort((a, b) => {
        if (key(a) !== undefined && key(b) !== undefined) return turns * (key(a) - key(b));
        if (key(a) !== undefined || key(b) !== undefined) return key(a) === undefined ? 1 : -1;
        return turns * text(a).localeCompare(text(b), "en", { numeric: true });
      });
      body.append(...rows);
    });
  });
}
