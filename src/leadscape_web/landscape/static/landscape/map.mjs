// Draws the map over the table's data. Without it the page is whole: the table holds all that is drawn.
const place = document.querySelector("[data-map]");
if (place) draw(place).catch(() => say(place, "The map could not be drawn. Everything it shows is in the table below."));

const LAYERS = [
  { id: "areas", label: "Rates of authorities", parts: ["areas-colour", "areas-hatch", "areas-line"], on: true },
  { id: "schools", label: "Schools", parts: ["schools"], on: true },
  { id: "ties", label: "Who supports whom", parts: ["ties"], on: true },
  { id: "published", label: "Near home schools, as published", parts: ["published"], on: true },
  { id: "homes", label: "Home schools of leaders", parts: ["homes"], on: true },
];

const SPECKS_BELOW = 8;

function say(map, words) {
  map.hidden = false;
  map.querySelector("[data-told]").textContent = words;
}

async function read(address) {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

async function draw(map) {
  map.hidden = false;
  // Everything is asked for at once; the map can be moved before the last of it has come.
  const schools = read(map.dataset.schools);
  const leaders = map.dataset.leaders ? read(map.dataset.leaders) : null;
  // A system without shapes or published places still has schools.
  const areas = map.dataset.areas ? read(map.dataset.areas).catch(() => null) : null;
  const points = map.dataset.points ? read(map.dataset.points).catch(() => null) : null;
  const library = await import(map.dataset.library);
  library.setWorkerUrl(new URL(map.dataset.worker, location.href).href);
  const drawn = open(library, map);
  await drawn.once("load");
  map.dataset.interactive = `${Math.round(performance.now())}`;
  if (await areas) addAreas(drawn, await areas);
  addSchools(drawn, await schools);
  if (await points) addPoints(drawn, await points);
  if (await leaders) addLeaders(drawn, await schools, await leaders);
  addLayerBoxes(map, drawn);
  listen(library, map, drawn, await schools);
  const all = await schools;
  // Where a school is drawn, for whoever drives the map from outside.
  map.where = (urn) => drawn.project(point(all, all.urn.indexOf(urn)));
  drawn.once("idle", () => {
    map.dataset.drawn = `${Math.round(performance.now())}`;
  });
}

function open(library, map) {
  const [west, south, east, north] = map.dataset.bounds.split(",").map(Number);
  const drawn = new library.Map({
    container: map.querySelector("[data-canvas]"),
    style: base(map.dataset.tiles),
    bounds: map.dataset.bounds ? [[west, south], [east, north]] : [[-180, -60], [180, 75]],
    fitBoundsOptions: { padding: 16 },
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    // On a page that scrolls, one finger and the bare wheel belong to the page.
    cooperativeGestures: true,
    fadeDuration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 200,
    maxZoom: 17,
    renderWorldCopies: false,
  });
  drawn.touchZoomRotate.disableRotation();
  drawn.addControl(new library.NavigationControl({ showCompass: false }), "top-right");
  drawn.getCanvas().setAttribute("aria-label", "Map of schools. Arrow keys move it, plus and minus zoom. The table below holds the same.");
  return drawn;
}

function base(tiles) {
  const style = { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": "#f3f6f8" } }] };
  if (tiles) {
    style.sources.tiles = { type: "raster", tiles: [tiles], tileSize: 256 };
    style.layers.push({ id: "tiles", type: "raster", source: "tiles", paint: { "raster-opacity": 0.6 } });
  }
  return style;
}

// Hatches are drawn here, as no picture may come from elsewhere.
function hatch(kind) {
  const size = 8, pixels = new Uint8Array(size * size * 4);
  for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) {
    const inked = kind === "dots" ? (x % 4 === 1 && y % 4 === 1)
      : kind === "hatch-right" ? (x + y) % size < 2 : (x - y + size) % size < 2;
    pixels.set(inked ? [80, 90, 95, 255] : [255, 255, 255, 255], (y * size + x) * 4);
  }
  return { width: size, height: size, data: pixels };
}

function addAreas(drawn, areas) {
  drawn.addSource("areas", { type: "geojson", data: areas });
  for (const kind of ["hatch-left", "hatch-right", "dots"]) drawn.addImage(kind, hatch(kind));
  drawn.addLayer({ id: "areas-colour", type: "fill", source: "areas", filter: ["has", "colour"],
    paint: { "fill-color": ["get", "colour"], "fill-opacity": 1 } });
  drawn.addLayer({ id: "areas-hatch", type: "fill", source: "areas", filter: ["has", "hatch"],
    paint: { "fill-pattern": ["get", "hatch"], "fill-opacity": 0.85 } });
  drawn.addLayer({ id: "areas-line", type: "line", source: "areas", paint: { "line-color": "#ffffff", "line-width": 1 } });
}

const point = (schools, i) => [schools.longitude[i], schools.latitude[i]];

function addSchools(drawn, schools) {
  const features = schools.urn.map((urn, i) => ({ type: "Feature", geometry: { type: "Point", coordinates: point(schools, i) },
    properties: { place: i } }));
  drawn.addSource("schools", { type: "geojson", data: { type: "FeatureCollection", features } });
  drawn.addLayer({ id: "schools", type: "circle", source: "schools", paint: {
    "circle-radius": ["interpolate", ["linear"], ["zoom"], 5, 0.8, 9, 2.5, 13, 6], "circle-color": "#505a5f",
    "circle-opacity": ["interpolate", ["linear"], ["zoom"], 6, 0.35, 9, 0.7] } });
}

// Without people in sight: where the study's report shows home schools, protected as published.
function addPoints(drawn, points) {
  drawn.addSource("published", { type: "geojson", data: points });
  drawn.addLayer({ id: "published", type: "circle", source: "published", paint: {
    "circle-radius": ["interpolate", ["linear"], ["zoom"], 5, 2, 13, 7], "circle-color": "#b3541e", "circle-opacity": 0.8 } });
}

function addLeaders(drawn, schools, { homes, ties }) {
  const lines = ties.from.map((start, i) => ({ type: "Feature", properties: {},
    geometry: { type: "LineString", coordinates: [point(schools, start), point(schools, ties.to[i])] } }));
  drawn.addSource("ties", { type: "geojson", data: { type: "FeatureCollection", features: lines } });
  drawn.addLayer({ id: "ties", type: "line", source: "ties", paint: { "line-color": "#b3541e", "line-width": ["interpolate", ["linear"], ["zoom"], 6, 0.4, 9, 1.5], "line-opacity": 0.7 } });
  const points = homes.place.map((at, i) => ({ type: "Feature", geometry: { type: "Point", coordinates: point(schools, at) },
    properties: { place: at, leaders: homes.leaders[i], roles: homes.roles[i].join("; ") } }));
  drawn.addSource("homes", { type: "geojson", data: { type: "FeatureCollection", features: points } });
  drawn.addLayer({ id: "homes", type: "circle", source: "homes", paint: {
    "circle-radius": ["interpolate", ["linear"], ["zoom"], 5, 1.4, 9, 5, 13, 9], "circle-color": "#b3541e",
    "circle-stroke-color": "#ffffff", "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 6, 0, 9, 1] } });
}

function addLayerBoxes(map, drawn) {
  const boxes = map.querySelector("[data-layers]");
  for (const layer of LAYERS.filter(({ parts }) => drawn.getLayer(parts[0]))) {
    const item = Object.assign(document.createElement("div"), { className: "govuk-checkboxes__item" });
    const box = Object.assign(document.createElement("input"), { type: "checkbox", id: `layer-${layer.id}`, checked: layer.on, className: "govuk-checkboxes__input" });
    const label = Object.assign(document.createElement("label"), { htmlFor: box.id, textContent: layer.label, className: "govuk-label govuk-checkboxes__label" });
    box.addEventListener("change", () => layer.parts.forEach((part) => drawn.setLayoutProperty(part, "visibility", box.checked ? "visible" : "none")));
    item.append(box, label);
    boxes.append(item);
  }
}

function listen(library, map, drawn, schools) {
  const touched = ["homes", "schools", "areas-colour", "areas-hatch"].filter((id) => drawn.getLayer(id));
  drawn.on("click", (event) => {
    const around = [[event.point.x - 4, event.point.y - 4], [event.point.x + 4, event.point.y + 4]];
    // From afar a school is a speck, and whoever points means the authority.
    const rated = drawn.getLayer("areas-colour") && drawn.getLayoutProperty("areas-colour", "visibility") !== "none";
    const near = (id) => id.startsWith("areas") || !rated || drawn.getZoom() >= SPECKS_BELOW;
    const [found] = touched.filter(near).flatMap((id) => drawn.queryRenderedFeatures(id.startsWith("areas") ? event.point : around, { layers: [id] }));
    if (found) new library.Popup({ maxWidth: "300px", focusAfterOpen: true }).setLngLat(event.lngLat).setDOMContent(told(map, schools, found.properties)).addTo(drawn);
  });
  drawn.on("mousemove", (event) => {
    const over = drawn.queryRenderedFeatures(event.point, { layers: touched }).length;
    drawn.getCanvas().style.cursor = over ? "pointer" : "";
  });
}

// Names come from the register and from people, so they are set as text and never as markup.
function told(map, schools, properties) {
  const box = document.createElement("div");
  const link = Object.assign(document.createElement("a"), { className: "govuk-link" });
  const words = document.createElement("p");
  const isSchool = properties.place !== undefined;
  link.textContent = (isSchool ? schools.name[properties.place] : properties.name) || "School without a name";
  link.href = isSchool ? map.dataset.schoolPage.replace("URN", encodeURIComponent(schools.urn[properties.place]))
    : map.dataset.authorityPage.replace("CODE", encodeURIComponent(properties.code));
  words.textContent = properties.roles ? `${properties.leaders} ${properties.leaders === 1 ? "leader" : "leaders"}: ${properties.roles}` : properties.words || "";
  box.className = "leadscape-map__popup govuk-body-s";
  box.append(link, words);
  return box;
}
