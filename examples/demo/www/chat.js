"use strict";

const $ = (id) => document.getElementById(id);
let socket = null;
let me = "";

function setState(name, text) {
  $("chat").dataset.state = name;
  $("state").textContent = text;
  $("join").hidden = name !== "closed";
  $("say").hidden = name !== "open";
}

function show(text, kind, name) {
  const item = document.createElement("li");
  item.className = kind;
  if (name) {
    const heading = document.createElement("b");
    heading.textContent = name;
    item.append(heading);
  }
  item.append(text); // as text: what somebody writes never becomes HTML
  $("log").append(item);
  if ($("log").childElementCount > 200) $("log").firstElementChild.remove();
  $("log").scrollTop = $("log").scrollHeight;
}

function take(message) {
  if (message.kind === "welcome") me = message.name;
  if (message.kind === "joined") show(`${message.name} has come`, "event");
  if (message.kind === "left") show(`${message.name} has left`, "event");
  if (message.kind === "text") show(message.text, message.name === me ? "mine" : "theirs", message.name);
  setState("open", `You are ${me}. Here: ${message.people.join(", ")}`);
  if (message.kind === "welcome") $("text").focus();
}

function join(name) {
  setState("joining", "Connecting …");
  socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws/chat`);
  socket.onopen = () => socket.send(JSON.stringify({ name }));
  socket.onmessage = (event) => take(JSON.parse(event.data));
  socket.onclose = (event) => {
    setState("closed", event.code === 1000 ? "You have left" : `Not connected: ${event.reason || event.code}`);
    if (me) show("You are no longer in the chat", "event");
    me = "";
  };
}

$("join").addEventListener("submit", (event) => {
  event.preventDefault();
  join($("name").value);
});
$("say").addEventListener("submit", (event) => {
  event.preventDefault();
  socket.send(JSON.stringify({ text: $("text").value }));
  $("text").value = "";
});
$("leave").addEventListener("click", () => socket.close(1000));
setState("closed", "Not connected");
