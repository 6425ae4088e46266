"use strict";

const answer = document.getElementById("answer");
const note = document.getElementById("note");
const button = document.getElementById("ask");
let count = 0;

async function ask() {
  button.disabled = true;
  const began = performance.now();
  try {
    const response = await fetch("/api/request");
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    answer.textContent = JSON.stringify(await response.json(), null, 2);
    count += 1;
    note.textContent = `Answer ${count}, after ${Math.round(performance.now() - began)} ms.`;
  } catch (error) {
    note.textContent = `No answer: ${error.message}. Is the server running?`;
  }
  button.disabled = false;
}

button.addEventListener("click", ask);
ask();
