// Compiles what the service's pages need into the folder given: styles, the design system's script, the map library.
// `make assets` calls it with the Node that comes as a wheel.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "sass";

const sources = dirname(fileURLToPath(import.meta.url));
const packages = join(sources, "..", "node_modules");
const built = process.argv[2];
if (!built) throw new Error("Say where to: node assets/build.mjs FOLDER");

rmSync(built, { recursive: true, force: true });
mkdirSync(join(built, "maplibre-gl"), { recursive: true });

const { css } = compile(join(sources, "leadscape.scss"), { style: "compressed", quietDeps: true });
writeFileSync(join(built, "leadscape.css"), css + "\n");

for (const name of ["leadscape.mjs", "mark.svg", "favicon.svg", "licences.txt"])
  copyFileSync(join(sources, name), join(built, name));

// Source maps stay behind, so the line that points to one goes.
function copyScript(from, to) {
  const text = readFileSync(join(packages, from), "utf8").replace(/\n?\/\/# sourceMappingURL=\S+\s*$/, "\n");
  writeFileSync(join(built, to), text);
}

copyScript("govuk-frontend/dist/govuk/govuk-frontend.min.js", "govuk-frontend.mjs");
for (const name of ["maplibre-gl.mjs", "maplibre-gl-worker.mjs"])
  copyScript(`maplibre-gl/dist/${name}`, `maplibre-gl/${name}`);
for (const name of ["dist/maplibre-gl.css", "LICENSE.txt"])
  copyFileSync(join(packages, "maplibre-gl", name), join(built, "maplibre-gl", basename(name)));
