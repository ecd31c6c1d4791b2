// Number keys choose an answer, N goes to the note; Enter in an answer saves, as in any form. Off while one writes.
const form = document.querySelector("[data-review-keys]");
if (form) document.addEventListener("keydown", press);

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || writes(event.target)) return;
  if (/^[1-9]$/.test(event.key)) choose(Number(event.key));
  else if (event.key === "n" || event.key === "N") form.querySelector("textarea").focus();
  else return;
  event.preventDefault();
}

function choose(number) {
  const answer = form.querySelectorAll('input[type="radio"][name="answer"]')[number - 1];
  if (!answer) return;
  answer.checked = true;
  answer.focus();
}

function writes(place) {
  return place.closest("textarea, select, [contenteditable], input:not([type=radio]):not([type=submit])") !== null;
}
