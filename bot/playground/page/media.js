// What messages carry besides text: pictures, albums, videos, voices, files.

import { el, fileSize, icon } from "./dom.js";
import { t } from "./words.js";

const PICTURES = ["image/jpeg", "image/png", "image/gif", "image/webp"];
const SOUNDS = ["voice", "audio"];
const MOVING = ["video", "video_note", "animation"];
const BARS = 28;

/** Everything that an entry carries: pictures and videos as one album, the rest below. */
export function carried(files, channel, language) {
  const address = (file) => `/playground/files/${channel}/${file.path}`;
  const seen = files.filter(isSeen);
  const nodes = files.filter((file) => !isSeen(file)).map((file) => other(file, address(file), language));
  if (seen.length === 0) return nodes;
  const shown = seen.map((file) => picture(file, address(file), language));
  return [el("div", { class: "album", "data-count": Math.min(shown.length, 5) }, ...shown), ...nodes];
}

function isSeen(file) {
  if (file.kind === "document") return false;
  return MOVING.includes(file.kind) || PICTURES.includes(file.mime_type);
}

function picture(file, address, language) {
  if (MOVING.includes(file.kind)) {
    const label = t(file.kind, {}, language);
    return el("video", { src: address, controls: true, preload: "metadata", "aria-label": label });
  }
  const alt = t(file.kind === "sticker" ? "sticker" : "photo", {}, language);
  return el("a", { href: address, target: "_blank", class: file.kind }, el("img", { src: address, alt }));
}

function other(file, address, language) {
  if (SOUNDS.includes(file.kind)) return voice(file, address, language);
  const name = file.name ?? t(file.kind, {}, language);
  return el(
    "a",
    { href: address, download: file.name ?? "", class: "file", "aria-label": t("download", { name }, language) },
    el("span", { class: "file-icon" }, icon("file")),
    el("strong", {}, name),
    el("span", {}, fileSize(file.size)),
  );
}

/** A voice message: a button, and bars that fill while it is heard. */
function voice(file, address, language) {
  const sound = new Audio();
  sound.preload = "none";
  sound.src = address;
  const bars = Array.from({ length: BARS }, (_, number) => {
    const height = 25 + 75 * Math.abs(Math.sin(number * 1.7 + file.size) * Math.cos(number * 0.6));
    const bar = el("i");
    bar.style.height = `${height}%`;
    return bar;
  });
  const button = el("button", { type: "button", class: "hear" });
  const paint = () => {
    const word = sound.paused ? "play" : "pause";
    button.replaceChildren(icon(word));
    button.setAttribute("aria-label", `${t("voice_message", {}, language)}: ${t(word, {}, language)}`);
    const part = sound.duration ? sound.currentTime / sound.duration : 0;
    bars.forEach((bar, number) => bar.classList.toggle("heard", part > number / BARS));
  };
  for (const event of ["play", "pause", "timeupdate", "ended"]) sound.addEventListener(event, paint);
  button.addEventListener("click", () => (sound.paused ? sound.play() : sound.pause()));
  paint();
  return el("div", { class: "voice" }, button, el("span", { class: "bars", "aria-hidden": "true" }, ...bars));
}
