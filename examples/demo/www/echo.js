"use strict";

const $ = (id) => document.getElementById(id);
const sentAt = []; // when each message went out; they come back in their order
let socket = null;

function setState(name, text) {
  $("echo").dataset.state = name;
  $("state").textContent = text;
  $("send").disabled = $("binary").disabled = name !== "open";
}

function show(text, kind) {
  const item = document.createElement("li");
  item.className = kind;
  item.textContent = text;
  $("log").append(item);
  if ($("log").childElementCount > 100) $("log").firstElementChild.remove();
  $("log").scrollTop = $("log").scrollHeight;
}

function send(message, shown) {
  sentAt.push(performance.now());
  socket.send(message);
  show(shown, "mine");
}

function connect() {
  socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws/echo`);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => setState("open", "Connected");
  socket.onmessage = (event) => {
    const took = (performance.now() - sentAt.shift()).toFixed(1);
    const text = typeof event.data === "string" ? event.data : `${event.data.byteLength} bytes`;
    show(`${text}\n${took} ms`, "echo");
  };
  socket.onclose = (event) => {
    sentAt.length = 0;
    setState("closed", `Connection closed (${event.code}), trying again …`);
    setTimeout(connect, 2000);
  };
}

$("form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (socket.readyState !== WebSocket.OPEN) return;
  send($("text").value, $("text").value);
  $("text").value = "";
});
$("binary").addEventListener("click", () => send(crypto.getRandomValues(new Uint8Array(1000)), "1000 bytes"));
connect();
