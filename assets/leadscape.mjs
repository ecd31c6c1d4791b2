// Starts what the design system adds where there is JavaScript. Every page works without it.
import { initAll } from "./govuk-frontend.mjs";

initAll();
