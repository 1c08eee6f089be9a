// Loaded as a module by every page. The pages work without it.
import { initAll } from "./govuk-frontend.min.js";

// Here and not in the page, so that no page holds a script of its own.
document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

// Titles are suggested while somebody types in a search box. Without this script the results say them.
for (const box of document.querySelectorAll("input[data-suggestions]")) {
  let waiting;
  let asked;
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      asked?.abort();
      asked = new AbortController();
      try {
        const address = `${box.dataset.suggestions}?q=${encodeURIComponent(box.value)}`;
        const answer = await fetch(address, { signal: asked.signal });
        const { titles } = answer.ok ? await answer.json() : { titles: [] };
        box.list.replaceChildren(...titles.map((title) => new Option(title, title)));
      } catch {
        box.list.replaceChildren(); // an older question that was taken back, or no connection
      }
    }, 150);
  });
}
