// Files to send where none is at hand, and files as the server takes them.

import { t } from "./words.js";

const WIDTH = 640;
const HEIGHT = 420;
const RATE = 8000;
const VIDEO_MS = 1200;
const SKIES = [
  ["#f6d9b8", "#b9c6e8"],
  ["#cfe8d5", "#f3e3b3"],
  ["#e3d3f1", "#f7c9c0"],
];

/** A drawing of a lamp that does not work, more or less; `turn` is how far it fell over. */
function drawLamp(canvas, [from, to], turn) {
  const pen = canvas.getContext("2d");
  const wall = pen.createLinearGradient(0, 0, WIDTH, HEIGHT);
  wall.addColorStop(0, from);
  wall.addColorStop(1, to);
  pen.fillStyle = wall;
  pen.fillRect(0, 0, WIDTH, HEIGHT);
  pen.fillStyle = "#7a5c43";
  pen.fillRect(0, HEIGHT * 0.8, WIDTH, HEIGHT * 0.2);
  pen.save();
  pen.translate(240, 336);
  pen.rotate(turn);
  pen.translate(-240, -336);
  pen.strokeStyle = "#2b3245";
  pen.lineWidth = 14;
  pen.lineCap = pen.lineJoin = "round";
  pen.stroke(new Path2D("M180 336h120M240 336V210L340 120"));
  pen.fillStyle = "#2b3245";
  pen.fill(new Path2D("M310 92 400 60 440 150 350 182Z"));
  pen.restore();
  pen.strokeStyle = "#c0392b";
  pen.lineWidth = 8;
  pen.lineCap = "round";
  pen.stroke(new Path2D("M470 210l60 60m0-60-60 60"));
}

function newCanvas() {
  return Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
}

/** A photo; the numbers 0 to 2 give different ones. */
export async function samplePhoto(number = 0) {
  const canvas = newCanvas();
  drawLamp(canvas, SKIES[number % SKIES.length], number * 0.25);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
  return new File([blob], `lamp-${number + 1}.jpg`, { type: blob.type });
}

export function sampleAlbum() {
  return Promise.all([0, 1, 2].map(samplePhoto));
}

/** A video of a second or so, recorded while one waits. */
export async function sampleVideo() {
  const canvas = newCanvas();
  const recorder = new MediaRecorder(canvas.captureStream(20));
  const pieces = [];
  recorder.addEventListener("dataavailable", ({ data }) => pieces.push(data));
  const stopped = new Promise((done) => recorder.addEventListener("stop", done, { once: true }));
  recorder.start();
  const began = performance.now();
  await new Promise((done) => {
    const frame = (now) => {
      drawLamp(canvas, SKIES[0], Math.sin((now - began) / 200) * 0.2);
      if (now - began < VIDEO_MS) requestAnimationFrame(frame);
      else done();
    };
    requestAnimationFrame(frame);
  });
  recorder.stop();
  await stopped;
  const type = recorder.mimeType.split(";")[0];
  return new File(pieces, type === "video/mp4" ? "lamp.mp4" : "lamp.webm", { type });
}

/** Three notes, which is all that the lamp has to say, as WAV. */
export function sampleVoice() {
  const notes = [392, 494, 587];
  const length = RATE / 2;
  const sound = new DataView(new ArrayBuffer(44 + notes.length * length * 2));
  const header = ["RIFF", sound.byteLength - 8, "WAVE", "fmt ", 16, [1, 1], RATE, RATE * 2, [2, 16]];
  let at = 0;
  for (const part of [...header, "data", notes.length * length * 2]) {
    if (typeof part === "string") for (const sign of part) sound.setUint8(at++, sign.charCodeAt(0));
    else if (Array.isArray(part)) for (const short of part) at = (sound.setUint16(at, short, true), at + 2);
    else at = (sound.setUint32(at, part, true), at + 4);
  }
  notes.forEach((pitch, number) => {
    for (let moment = 0; moment < length; moment++) {
      const loudness = Math.sin((Math.PI * moment) / length) * 9000;
      const value = Math.sin((2 * Math.PI * pitch * moment) / RATE) * loudness;
      sound.setInt16(44 + (number * length + moment) * 2, value, true);
    }
  });
  return new File([sound], "voice.wav", { type: "audio/wav" });
}

export function sampleFile() {
  return new File(["Order 1042\nDesk lamp, black\nTotal 49.00\n"], "receipt.txt", {
    type: "text/plain",
  });
}

/** The bytes of a file in base64. */
export async function base64(file) {
  const reader = new FileReader();
  await new Promise((done, failed) => {
    reader.onload = done;
    reader.onerror = () => failed(new Error(t("too_large", { name: file.name })));
    reader.readAsDataURL(file);
  });
  return reader.result.slice(reader.result.indexOf(",") + 1);
}
