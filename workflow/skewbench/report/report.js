"use strict";

// Sorts every table by a click on a heading, and shows the ranking that the reader chooses.
// Without this script the tables stand as they are, the rankings at the study's main reading.
(() => {
  const numberIn = (text) => parseFloat(text.replace(/−/g, "-").replace(/[<+,]/g, ""));

  function sort(table, index, direction) {
    const headings = [...table.tHead.rows[0].cells];
    const body = table.tBodies[0];
    const text = (row) => row.cells[index].textContent;
    const isNumber = headings[index].classList.contains("number");
    const compare = isNumber
      ? (one, other) => numberIn(text(one)) - numberIn(text(other))
      : (one, other) => text(one).localeCompare(text(other));
    const rows = [...body.rows].sort(
      (one, other) =>
        (text(one) === "") - (text(other) === "") || direction * compare(one, other)
    );
    body.append(...rows);
    headings.forEach((heading) => heading.removeAttribute("aria-sort"));
    headings[index].setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
  }

  function makeSortable(table) {
    [...table.tHead.rows[0].cells].forEach((heading, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      button.addEventListener("click", () =>
        sort(table, index, heading.getAttribute("aria-sort") === "ascending" ? -1 : 1)
      );
      heading.append(button);
    });
  }

  function rowOf(cells, headings) {
    const row = document.createElement("tr");
    cells.forEach((text, index) => {
      const cell = document.createElement(index ? "td" : "th");
      if (!index) cell.scope = "row";
      cell.className = headings[index].className;
      if (cell.className === "verdict") cell.dataset.verdict = text;
      cell.textContent = text;
      row.append(cell);
    });
    return row;
  }

  function makeRankings(table, data) {
    const headings = table.tHead.rows[0].cells;
    const said = document.getElementById("rankings-said");
    const chosen = [...data.conditions[data.start]];
    const selects = data.fields.map((field, index) => {
      const box = document.createElement("div");
      const label = document.createElement("label");
      const select = document.createElement("select");
      select.id = `rankings-field-${index}`;
      label.htmlFor = select.id;
      label.textContent = field.label;
      select.addEventListener("change", () => {
        chosen[index] = Number(select.value);
        show();
      });
      box.append(label, select);
      box.hidden = field.values.length < 2;
      document.getElementById("rankings-filters").append(box);
      return select;
    });

    // Each field offers what exists under the fields before it; a choice that does not is replaced.
    function offer() {
      let conditions = data.conditions;
      selects.forEach((select, index) => {
        const found = new Set(conditions.map((condition) => condition[index]));
        if (!found.has(chosen[index])) chosen[index] = Math.min(...found);
        const options = [...found].sort((one, other) => one - other);
        select.replaceChildren(
          ...options.map((value) => {
            const isChosen = value === chosen[index];
            return new Option(data.fields[index].values[value], value, isChosen, isChosen);
          })
        );
        conditions = conditions.filter((condition) => condition[index] === chosen[index]);
      });
    }

    function show() {
      offer();
      const place = data.conditions.findIndex((condition) =>
        condition.every((value, index) => value === chosen[index])
      );
      const rows = data.rows[place].map(([strategy, ...cells]) =>
        rowOf([...data.strategies[strategy], ...cells], headings)
      );
      table.tBodies[0].replaceChildren(...rows);
      const words = data.fields.map((field, index) => field.values[chosen[index]]);
      table.caption.textContent = words.join(", ");
      said.textContent = `${rows.length} strategies`;
      const sorted = [...headings].findIndex((heading) => heading.hasAttribute("aria-sort"));
      if (sorted >= 0) {
        const isUp = headings[sorted].getAttribute("aria-sort") === "ascending";
        sort(table, sorted, isUp ? 1 : -1);
      }
    }
    show();
  }

  async function unpack(text) {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).json();
  }

  document.querySelectorAll("table.sortable").forEach(makeSortable);
  const data = document.getElementById("rankings-data");
  if (data && "DecompressionStream" in window) {
    const table = document.getElementById("rankings-table");
    table.ariaBusy = "true";
    unpack(data.textContent)
      .then((rankings) => makeRankings(table, rankings))
      .catch(() => {
        document.getElementById("rankings-said").textContent =
          "The other rankings cannot be read; they are in tables/ranks.";
      })
      .finally(() => {
        table.ariaBusy = "false";
      });
  }
})();
