// Files to send where none is at hand, and files as the server takes them.

const WIDTH = 640;
const HEIGHT = 420;

/** A photo of a lamp that does not work, more or less. */
export async function samplePhoto() {
  const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
  const pen = canvas.getContext("2d");
  const wall = pen.createLinearGradient(0, 0, WIDTH, HEIGHT);
  wall.addColorStop(0, "#f6d9b8");
  wall.addColorStop(1, "#b9c6e8");
  pen.fillStyle = wall;
  pen.fillRect(0, 0, WIDTH, HEIGHT);
  pen.fillStyle = "#7a5c43";
  pen.fillRect(0, HEIGHT * 0.8, WIDTH, HEIGHT * 0.2);
  pen.strokeStyle = "#2b3245";
  pen.lineWidth = 14;
  pen.lineCap = pen.lineJoin = "round";
  pen.stroke(new Path2D("M180 336h120M240 336V210L340 120"));
  pen.fillStyle = "#2b3245";
  pen.fill(new Path2D("M310 92 400 60 440 150 350 182Z"));
  pen.strokeStyle = "#c0392b";
  pen.lineWidth = 8;
  pen.stroke(new Path2D("M470 210l60 60m0-60-60 60"));
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
  return new File([blob], "lamp.jpg", { type: blob.type });
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
    reader.onerror = () => failed(new Error(`${file.name} can't be read`));
    reader.readAsDataURL(file);
  });
  return reader.result.slice(reader.result.indexOf(",") + 1);
}
