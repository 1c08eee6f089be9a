// Loaded as a module by every page. The pages work without it.
import { initAll } from "./govuk-frontend.min.js";

// Here and not in the page, so that no page holds a script of its own.
document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();
