// Tells how far a job is without the page being asked for again; when it is over, the page is.
const said = document.querySelector("[data-leadscape-job]");
const address = said?.dataset.leadscapeJob;

async function look() {
  const answer = await fetch(address, { headers: { accept: "application/json" } }).catch(() => null);
  // Who is signed out meanwhile is led to the page for signing in, and from there back to this one.
  if (answer?.redirected || answer?.status === 401 || answer?.status === 403) return location.reload();
  const now = answer?.ok ? await answer.json().catch(() => null) : null;
  if (now?.over) return location.reload();
  if (now && said.textContent !== now.words) said.textContent = now.words;
  setTimeout(look, 2000);
}

if (address) setTimeout(look, 1000);
