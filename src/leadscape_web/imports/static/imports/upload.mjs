// Says before anything is sent that a file is too large: a server that refuses it can often not be heard any more.
for (const form of document.querySelectorAll("form[data-leadscape-upload]")) {
  const said = document.createElement("p");
  said.className = "govuk-error-message";
  said.setAttribute("role", "alert");
  form.querySelector("button[type=submit], button:not([type])")?.before(said);

  const wrong = () => {
    let together = 0;
    for (const input of form.querySelectorAll("input[type=file]")) {
      for (const file of input.files) {
        together += file.size;
        if (file.size > Number(input.dataset.leadscapeMostBytes)) return `${file.name} is too large. ${input.dataset.leadscapeLimit}`;
      }
      if (together > Number(input.dataset.leadscapeMostTogether)) return `The files are too large together. ${input.dataset.leadscapeLimit}`;
    }
    return "";
  };
  form.addEventListener("change", () => { said.textContent = wrong(); });
  form.addEventListener("submit", (event) => {
    said.textContent = wrong();
    if (said.textContent) event.preventDefault();
  });
}
