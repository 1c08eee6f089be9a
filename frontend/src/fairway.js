// Loaded as a module by every page. The pages work without it.
import { initAll } from "./govuk-frontend.min.js";

initAll();
