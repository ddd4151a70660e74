"use strict";
const form = document.getElementById("search");
const words = document.getElementById("words");
const boxes = [...form.querySelectorAll("input[type=checkbox]")];
const articles = [...document.querySelectorAll("article")];

function show() {
  const wanted = boxes.filter((box) => box.checked).map((box) => box.value);
  const terms = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const article of articles) {
    const has = article.dataset.properties.split(";");
    const text = article.textContent.toLowerCase();
    const fits = wanted.every((name) => has.includes(name)) && terms.every((term) => text.includes(term));
    article.hidden = !fits;
    count += fits;
  }
  document.getElementById("count").textContent = `${count} of ${articles.length}`;
  document.getElementById("nothing").hidden = count > 0;
}

form.addEventListener("input", show);
form.addEventListener("reset", () => setTimeout(show));
form.addEventListener("submit", (event) => event.preventDefault());
// A browser may keep what was typed when a page is opened again.
show();
